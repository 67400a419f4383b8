// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/answer.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace bgs2::at {
namespace {

constexpr std::array<std::string_view, 2> finals{"OK", "ERROR"};
constexpr std::array<std::string_view, 2> final_prefixes{"+CME ERROR", "+CMS ERROR"};

/// The errors of an unknown command, as words and as a number (AT+CMEE).
constexpr std::array<std::string_view, 11> unknown_errors{"operation not supported",
                                                          "4",
                                                          "invalid index",
                                                          "21",
                                                          "incorrect parameters",
                                                          "50",
                                                          "invalid parameter",
                                                          "unknown",
                                                          "100",
                                                          "operation not allowed",
                                                          "3"};

/// URCs without a prefix: results of calls, which bgs2d never makes (V.250 §5.7.1).
constexpr std::array<std::string_view, 5> call_results{"RING", "NO CARRIER", "NO DIALTONE", "NO ANSWER",
                                                       "BUSY"};

/// The names of answers that only a query of bgs2d causes: with another command, they are the rest of a stale
/// answer.
constexpr std::array<std::string_view, 2> own_answers{"^SBNR", "^SBNW"};

/// The name at the beginning of a text such as `^SBNR: 0, ...` or `^SBNR="is_cert"`.
std::string_view name_of(std::string_view text) {
    const auto is_name = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    std::size_t end = 1;
    while (end < text.size() && is_name(text[end]))
        ++end;
    return text.substr(0, end);
}

} // namespace

bool is_final(std::string_view line) {
    return std::ranges::find(finals, line) != finals.end() ||
           std::ranges::any_of(final_prefixes,
                               [&](std::string_view prefix) { return line.starts_with(prefix); });
}

bool is_unknown(std::string_view line) {
    constexpr std::string_view prefix = "+CME ERROR: ";
    if (!line.starts_with(prefix))
        return line == "ERROR";
    return std::ranges::find(unknown_errors, line.substr(prefix.size())) != unknown_errors.end();
}

bool is_urc(std::string_view line, std::string_view command) {
    if (std::ranges::find(call_results, line) != call_results.end())
        return true;
    if ((!line.starts_with('+') && !line.starts_with('^')) || is_final(line))
        return false;
    const std::string_view name = name_of(line);
    if (std::ranges::find(own_answers, name) != own_answers.end())
        return false;
    return !command.starts_with("AT") || name != name_of(command.substr(2));
}

bool has_body(std::string_view urc) {
    constexpr std::string_view report = "+CDS: ";
    if (urc.starts_with(report)) // in text mode, the whole report is in one line
        return urc.substr(report.size()).find_first_not_of("0123456789") == std::string_view::npos;
    return urc.starts_with("+CMT:") || urc.starts_with("+CBM:");
}

bool is_restart(std::string_view line) {
    return line.starts_with("^SYSSTART");
}

bool is_shutdown(std::string_view line) {
    return line.starts_with("^SHUTDOWN");
}

} // namespace bgs2::at
