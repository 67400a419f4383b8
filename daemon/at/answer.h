// SPDX-License-Identifier: Apache-2.0
// What a module says to a command, and what it says unasked. Pure.
#pragma once

#include "daemon/base/error.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::at {

/// Everything between a command and its final result line, echo and URCs left out.
struct Answer {
    std::vector<std::string> lines;
    std::string result; ///< the final line: "OK", "ERROR", "+CME ERROR: ..."

    [[nodiscard]] bool ok() const { return result == "OK"; }
    bool operator==(const Answer&) const = default;
};

/// Whether the line ends a command (3GPP TS 27.007 §9, V.250 §5.7.1).
bool is_final(std::string_view line);

/// Whether the line is an unsolicited result code rather than an answer to `command` (protocol.md §5). An
/// answer that begins as the command does (`+CREG: ...` to `AT+CREG?`) is none.
bool is_urc(std::string_view line, std::string_view command);

/// Whether the module tells that it has just started (protocol.md §5).
bool is_restart(std::string_view line);

} // namespace bgs2::at
