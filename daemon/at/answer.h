// SPDX-License-Identifier: Apache-2.0
// Answers to commands and unsolicited result codes (URCs). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bgs2::at {

/// All lines between a command and its final result line, without echo and URCs.
struct Answer {
    std::vector<std::string> lines;
    std::string result; ///< the final line: "OK", "ERROR", "+CME ERROR: ..."

    [[nodiscard]] bool ok() const { return result == "OK"; }
    bool operator==(const Answer&) const = default;
};

/// Whether the line ends a command (3GPP TS 27.007 §9). Results of calls, such as NO CARRIER, do not: bgs2d
/// makes none.
bool is_final(std::string_view line);

/// Whether the final line says that the module does not know the command or its arguments: `ERROR`, or one of
/// the `+CME ERROR` that say so (3GPP TS 27.007 §9.2). Any other `+CME ERROR` may pass, such as `operation
/// temporary not allowed`.
bool is_unknown(std::string_view line);

/// Whether the line is an unsolicited result code rather than an answer to `command`. A list of URCs is never
/// complete: each line with a prefix `+` or `^` is one, unless its name is that of the command (`+CREG: ...`
/// to `AT+CREG?`) or `^SBNR` or `^SBNW`.
bool is_urc(std::string_view line, std::string_view command);

/// Whether the line after this URC belongs to it: the PDU or the text of a message (3GPP TS 27.005 §3.4.1).
bool has_body(std::string_view urc);

/// Whether the line reports that the module has just started (protocol.md §5).
bool is_restart(std::string_view line);

/// Whether the line reports that the module switches itself off (families.md §2).
bool is_shutdown(std::string_view line);

} // namespace bgs2::at
