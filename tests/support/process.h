// SPDX-License-Identifier: Apache-2.0
// A program that runs beside the test.
#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::test {

/// Killed and waited for at the end of its life, should it run still.
class Process {
  public:
    struct Options {
        std::vector<std::string> environment{}; ///< "NAME=value", on top of the test's own
        std::filesystem::path
            output{}; ///< where standard output and error are appended; else they are the test's
    };

    /// Throws std::system_error if it cannot be started.
    Process(const std::vector<std::string>& command, const Options& options);
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;

    /// Its exit code, or minus the number of the signal that ended it; nothing if it still runs at the
    /// deadline.
    std::optional<int> wait(std::chrono::milliseconds timeout);

  private:
    pid_t pid_ = -1;
    int descriptor_ = -1; ///< readable when it has ended
    std::optional<int> end_;
};

} // namespace bgs2::test
