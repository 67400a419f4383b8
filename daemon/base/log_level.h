// SPDX-License-Identifier: Apache-2.0
// Log levels.
#pragma once

#include "daemon/base/words.h"

namespace bgs2 {

/// The levels and numbers of syslog(3).
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
