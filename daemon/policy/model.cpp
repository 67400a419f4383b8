// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/model.h"

#include <algorithm>

namespace bgs2::policy {
namespace {

struct Row {
    Mode value;
    std::string_view word;
};

constexpr std::array mode_rows{
    Row{Mode::automatic, "auto"},
    Row{Mode::manual, "manual"},
    Row{Mode::report, "report"},
    Row{Mode::ignore, "ignore"},
};
static_assert(mode_rows.size() == modes.size());

} // namespace

std::string_view word(Mode mode) {
    return std::ranges::find(mode_rows, mode, &Row::value)->word;
}

std::string_view word(FamilyLimits limits) {
    return limits == FamilyLimits::enforce ? "enforce" : "warn";
}

std::optional<Mode> mode(std::string_view word) {
    const auto* found = std::ranges::find(mode_rows, word, &Row::word);
    if (found == mode_rows.end())
        return std::nullopt;
    return found->value;
}

} // namespace bgs2::policy
