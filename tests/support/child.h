// SPDX-License-Identifier: Apache-2.0
// A forked process of a test.
#pragma once

#include <array>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bgs2::test {

/// Runs `work` in a forked process, which exits with its result. The constructor returns when `work` has
/// called the function that it gets, or has ended. The destructor kills the process.
class Child {
  public:
    explicit Child(const std::function<int(const std::function<void()>& ready)>& work) {
        std::array<int, 2> ready{-1, -1};
        if (::pipe2(ready.data(), O_CLOEXEC) != 0)
            return;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::_exit(work([&ready] { static_cast<void>(::write(ready[1], "", 1) == 1); }));
        }
        ::close(ready[1]);
        char byte = 0;
        is_ready_ = ::read(ready[0], &byte, 1) == 1;
        ::close(ready[0]);
    }
    ~Child() {
        if (pid_ > 0) {
            kill();
            ::waitpid(pid_, nullptr, 0);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool is_ready() const { return is_ready_; }

    /// Ends the process, which stays a zombie. Returns when it is one.
    void kill() const {
        ::kill(pid_, SIGKILL);
        siginfo_t end{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT);
    }

    /// Opens the node without making it a controlling terminal.
    static int open_tty(const std::string& node) {
        return ::open(node.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    }

    /// Waits for a signal that ends the process.
    [[noreturn]] static void wait_for_signal() {
        for (;;)
            ::pause();
    }

  private:
    pid_t pid_ = -1;
    bool is_ready_ = false;
};

} // namespace bgs2::test
