// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/glob.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fnmatch.h>

namespace bgs2::policy {
namespace {

constexpr char negation = '!';

enum class Answer { yes, no, unknown };

Answer ask(std::string_view pattern, std::string_view value) {
    if (pattern.contains('\0') || value.contains('\0'))
        return Answer::unknown;
    switch (::fnmatch(std::string(pattern).c_str(), std::string(value).c_str(), 0)) {
    case 0:
        return Answer::yes;
    case FNM_NOMATCH:
        return Answer::no;
    default:
        return Answer::unknown;
    }
}

bool negates(std::string_view pattern) {
    return pattern.starts_with(negation);
}

} // namespace

bool glob_matches(std::string_view pattern, std::string_view value) {
    return ask(pattern, value) == Answer::yes;
}

std::optional<std::string> Patterns::excluded_by(std::string_view value) const {
    for (const std::string& pattern : list) {
        // In doubt the modem is excluded: it must not get certificates because a value could not be matched.
        if (negates(pattern) && ask(std::string_view(pattern).substr(1), value) != Answer::no)
            return pattern;
    }
    return std::nullopt;
}

bool Patterns::matches(std::string_view value) const {
    if (excluded_by(value))
        return false;
    return std::ranges::all_of(list, negates) ||
           std::ranges::any_of(list, [value](const std::string& pattern) {
               return !negates(pattern) && glob_matches(pattern, value);
           });
}

bool Patterns::matches_absent() const {
    return std::ranges::all_of(list, negates);
}

std::string to_string(const Patterns& patterns) {
    if (patterns.list.size() == 1)
        return fmt::format("{:?}", patterns.list.front());
    return fmt::format("[{:?}]", fmt::join(patterns.list, ", "));
}

} // namespace bgs2::policy
