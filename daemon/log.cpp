#include "daemon/log.h"

#include <algorithm>
#include <array>
#include <iterator>

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

Log Log::with(LogFields fields) const {
    Log log = *this;
    std::ranges::move(fields, std::back_inserter(log.fields_));
    return log;
}

} // namespace bgs2
