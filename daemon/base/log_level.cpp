// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log_level.h"

#include <algorithm>
#include <array>

namespace bgs2 {
namespace {

struct LogLevelRow {
    std::string_view word;
    LogLevel level;
};

constexpr std::array log_level_rows{
    LogLevelRow{"error", LogLevel::error},   LogLevelRow{"warning", LogLevel::warning},
    LogLevelRow{"notice", LogLevel::notice}, LogLevelRow{"info", LogLevel::info},
    LogLevelRow{"debug", LogLevel::debug},
};

} // namespace

std::optional<LogLevel> log_level(std::string_view word) {
    const auto* found = std::ranges::find(log_level_rows, word, &LogLevelRow::word);
    return found == log_level_rows.end() ? std::nullopt : std::optional(found->level);
}

} // namespace bgs2
