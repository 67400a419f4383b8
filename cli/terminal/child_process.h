// SPDX-License-Identifier: Apache-2.0
// Other programs that bgs2ctl runs for as long as it takes.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace bgs2::cli {

/// Whether PATH has it.
bool is_program(std::string_view name);

/// A program that was started; waited for at the end of its life.
class ChildProcess {
  public:
    struct Options {
        std::vector<std::pair<int, int>> descriptors{}; ///< ours, and its number there
        std::vector<std::string> environment{};         ///< "NAME=value", in place of ours of that name
    };

    /// Throws std::system_error if it can not be started. Signals are as usual for it.
    ChildProcess(const std::vector<std::string>& command, const Options& options);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ChildProcess(ChildProcess&&) = delete;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    void end() const; ///< asks it to end
    void wait();      ///< until it has ended

  private:
    pid_t pid_ = -1;
};

} // namespace bgs2::cli
