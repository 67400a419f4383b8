#include "daemon/log_level.h"

#include <algorithm>
#include <array>

namespace bgs2 {
namespace {

struct Row {
    std::string_view word;
    LogLevel level;
};

constexpr std::array rows{
    Row{"error", LogLevel::error}, Row{"warning", LogLevel::warning}, Row{"notice", LogLevel::notice},
    Row{"info", LogLevel::info},   Row{"debug", LogLevel::debug},
};

} // namespace

std::optional<LogLevel> log_level(std::string_view word) {
    const auto* found = std::ranges::find(rows, word, &Row::word);
    return found == rows.end() ? std::nullopt : std::optional(found->level);
}

} // namespace bgs2
