// SPDX-License-Identifier: Apache-2.0
// A program on a terminal of its own.
#pragma once

#include "daemon/base/immovable.h"

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::test {

/// Its standard streams are a new pseudo-terminal, which is also its controlling one. Killed at the end.
class TerminalSession : Immovable {
  public:
    struct Options {
        unsigned short columns = 80;
        unsigned short rows = 24;
        std::vector<std::string> environment{}; ///< "NAME=value", on top of the test's own
    };

    TerminalSession(const std::vector<std::string>& command, const Options& options);
    ~TerminalSession();

    void type(const std::string& keys) const;

    /// Whether `text` is written before the deadline.
    bool shows(const std::string& text, std::chrono::milliseconds timeouts = std::chrono::seconds(20));

    /// Its exit code, or minus the number of the signal that ended it; nothing if it still runs at the
    /// deadline.
    std::optional<int> wait(std::chrono::milliseconds timeouts = std::chrono::seconds(20));

    /// All that was written, with CR LF as line ends.
    [[nodiscard]] const std::string& output() const { return output_; }

  private:
    /// Reads on; false: there is nothing more, or not before the deadline.
    bool read_on(std::chrono::steady_clock::time_point deadline);

    pid_t pid_ = -1;
    int master_ = -1;
    std::string output_;
    std::optional<int> end_;
};

} // namespace bgs2::test
