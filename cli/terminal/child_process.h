// SPDX-License-Identifier: Apache-2.0
// A program that bgs2ctl runs.
#pragma once

#include "daemon/base/immovable.h"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace bgs2::cli {

/// Whether it is in PATH.
bool is_program(std::string_view name);

/// Starts a program; the destructor waits for its end.
class ChildProcess : Immovable {
  public:
    struct Options {
        std::vector<std::pair<int, int>> descriptors{}; ///< the descriptor here, and its number there
        std::vector<std::string> environment{};         ///< "NAME=value", replaces a variable of that name
    };

    /// Throws std::system_error if it cannot be started. Signals have their default effect on it.
    ChildProcess(const std::vector<std::string>& command, const Options& options);
    ~ChildProcess();

    void end() const; ///< sends SIGTERM
    void wait();      ///< until it has ended

  private:
    pid_t pid_ = -1;
};

} // namespace bgs2::cli
