// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/terminal_session.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace bgs2::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Executes the program. Runs in the child process, after fork().
[[noreturn]] void become(std::vector<std::string> command, std::vector<std::string> environment) {
    for (std::string& variable : environment)
        putenv(variable.data());
    std::vector<char*> arguments;
    for (std::string& word : command)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

} // namespace

TerminalSession::TerminalSession(const std::vector<std::string>& command, const Options& options) {
    const winsize size{.ws_row = options.rows, .ws_col = options.columns, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&master_, nullptr, nullptr, &size);
    if (pid_ < 0)
        throw std::system_error(errno, std::system_category(), "forkpty");
    if (pid_ == 0)
        become(command, options.environment);
}

TerminalSession::~TerminalSession() {
    if (!end_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(master_);
}

void TerminalSession::type(const std::string& keys) const {
    if (::write(master_, keys.data(), keys.size()) < 0)
        throw std::system_error(errno, std::system_category(), "the terminal");
}

bool TerminalSession::read_on(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd waiting{.fd = master_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
        return false;
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(master_, bytes.data(), bytes.size());
    if (count <= 0) // EIO: the other side is closed
        return false;
    output_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

bool TerminalSession::shows(const std::string& text, std::chrono::milliseconds timeouts) {
    const auto deadline = Clock::now() + timeouts;
    while (output_.find(text) == std::string::npos) {
        if (!read_on(deadline))
            return false;
    }
    return true;
}

std::optional<int> TerminalSession::wait(std::chrono::milliseconds timeouts) {
    const auto deadline = Clock::now() + timeouts;
    while (read_on(deadline)) {
    }
    while (!end_) {
        int status = 0;
        if (waitpid(pid_, &status, WNOHANG) == pid_)
            end_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        else if (Clock::now() > deadline)
            return std::nullopt;
        else
            ::poll(nullptr, 0, 5);
    }
    return end_;
}

} // namespace bgs2::test
