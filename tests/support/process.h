// SPDX-License-Identifier: Apache-2.0
// A child process of a test.
#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::test {

/// The destructor kills the process if it still runs.
class Process {
  public:
    struct Options {
        std::vector<std::string> environment{}; ///< "NAME=value", extends that of the test
        std::filesystem::path
            output{}; ///< append standard output and error to this file; empty: those of the test
    };

    /// Throws std::system_error if the program cannot be started.
    Process(const std::vector<std::string>& command, const Options& options);
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;

    /// Waits for its end. Returns the exit code, or the negative number of the signal that ended it; nothing:
    /// timeout.
    std::optional<int> wait(std::chrono::milliseconds timeout);

  private:
    pid_t pid_ = -1;
    int descriptor_ = -1; ///< a pidfd: readable when the process has ended
    std::optional<int> end_;
};

} // namespace bgs2::test
