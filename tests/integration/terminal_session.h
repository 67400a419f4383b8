// SPDX-License-Identifier: Apache-2.0
// Runs a program on its own terminal.
#pragma once

#include "daemon/base/immovable.h"

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::test {

/// A new pseudo-terminal is the standard streams and the controlling terminal of the program. The destructor
/// kills it.
class TerminalSession : Immovable {
  public:
    struct Options {
        unsigned short columns = 80;
        unsigned short rows = 24;
        std::vector<std::string> environment{}; ///< "NAME=value", extends that of the test
    };

    TerminalSession(const std::vector<std::string>& command, const Options& options);
    ~TerminalSession();

    void type(const std::string& keys) const;

    /// Waits until the output contains `text`; false: timeout.
    bool shows(const std::string& text, std::chrono::milliseconds timeout = std::chrono::seconds(20));

    /// Waits for its end. Returns the exit code, or the negative number of the signal that ended it; nothing:
    /// timeout.
    std::optional<int> wait(std::chrono::milliseconds timeout = std::chrono::seconds(20));

    /// The output so far, with CR LF as line ends.
    [[nodiscard]] const std::string& output() const { return output_; }

  private:
    /// Reads more output; false: end of output, or timeout.
    bool read_on(std::chrono::steady_clock::time_point deadline);

    pid_t pid_ = -1;
    int master_ = -1;
    std::string output_;
    std::optional<int> end_;
};

} // namespace bgs2::test
