// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/match.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace bgs2::policy {
namespace {

/// One condition of a [match] and the modem's value; null if it has none.
struct Condition {
    std::string field;
    const Patterns* patterns;
    const std::string* actual;
};

std::vector<Condition> conditions(const Match& match, const ModemAttributes& attributes) {
    std::vector<Condition> result;
    const auto add = [&result](std::string_view field, const std::optional<Patterns>& patterns,
                               const std::string* actual) {
        if (patterns)
            result.push_back({.field = std::string(field), .patterns = &*patterns, .actual = actual});
    };
    add("model", match.model, &attributes.model);
    add("imei", match.imei, &attributes.imei);
    add("port", match.port, attributes.port_path.empty() ? nullptr : &attributes.port_path);
    for (const auto& [name, patterns] : match.properties) {
        const auto found = attributes.properties.find(name);
        result.push_back({.field = "property " + name,
                          .patterns = &patterns,
                          .actual = found == attributes.properties.end() ? nullptr : &found->second});
    }
    return result;
}

bool holds(const Condition& condition) {
    return condition.actual == nullptr ? condition.patterns->matches_absent()
                                       : condition.patterns->matches(*condition.actual);
}

std::string why(const Condition& condition) {
    const std::string wanted = to_string(*condition.patterns);
    if (condition.actual == nullptr)
        return fmt::format("{} is absent{} {}", condition.field,
                           holds(condition) ? ", which matches" : ", which does not match", wanted);
    const std::string actual = fmt::format("{} {:?}", condition.field, *condition.actual);
    if (holds(condition))
        return fmt::format("{} matches {}", actual, wanted);
    if (const auto negated = condition.patterns->excluded_by(*condition.actual))
        return fmt::format("{} is excluded by {:?}", actual, *negated);
    return fmt::format("{} does not match {}", actual, wanted);
}

} // namespace

MatchResult explain(const Policy& policy, const ModemAttributes& attributes) {
    std::vector<std::string> reasons;
    for (const Condition& condition : conditions(policy.match, attributes)) {
        if (!holds(condition))
            return {.matches = false,
                    .field = condition.field,
                    .patterns = *condition.patterns,
                    .why = why(condition)};
        reasons.push_back(why(condition));
    }
    if (reasons.empty())
        reasons.emplace_back("no conditions, matches every modem");
    return {.matches = true, .field = {}, .patterns = {}, .why = fmt::format("{}", fmt::join(reasons, "; "))};
}

const Policy* first_match(const Policies& policies, const ModemAttributes& attributes) {
    const auto found = std::ranges::find_if(
        policies, [&attributes](const Policy& policy) { return explain(policy, attributes).matches; });
    return found == policies.end() ? nullptr : &*found;
}

} // namespace bgs2::policy
