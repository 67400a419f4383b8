// SPDX-License-Identifier: Apache-2.0
// How much a log line matters.
#pragma once

#include "daemon/base/words.h"

namespace bgs2 {

/// The levels of syslog(3); their numbers are its numbers.
enum class LogLevel {
    error = 3,
    warning = 4,
    notice = 5,
    info = 6,
    debug = 7,
};

consteval auto words(LogLevel) {
    return EnumTable{Word{LogLevel::error, "error"}, Word{LogLevel::warning, "warning"},
                     Word{LogLevel::notice, "notice"}, Word{LogLevel::info, "info"},
                     Word{LogLevel::debug, "debug"}};
}

} // namespace bgs2
