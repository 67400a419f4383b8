// SPDX-License-Identifier: Apache-2.0
// How much a log line matters.
#pragma once

#include <optional>
#include <string_view>

namespace bgs2 {

/// The levels of syslog(3); their numbers are its numbers.
enum class LogLevel {
    error = 3,
    warning = 4,
    notice = 5,
    info = 6,
    debug = 7,
};

/// The level of a word ("error" ... "debug"); nothing if there is none.
std::optional<LogLevel> log_level(std::string_view word);

} // namespace bgs2
