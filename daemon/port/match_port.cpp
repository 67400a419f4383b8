// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/match_port.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace bgs2 {
namespace {

constexpr std::string_view mark = "BGS2D_PORT";
constexpr std::string_view id_path = "ID_PATH";

/// One condition of a `[[port]]` and the port's value.
struct Condition {
    std::string wanted;
    std::string actual;
    bool holds = false;
};

Condition condition_of_device(const std::string& device, const PortInfo& port) {
    return {.wanted = fmt::format("device = {:?}", device),
            .actual = fmt::format("{:?}", port.device),
            .holds = port.device == device || std::ranges::find(port.links, device) != port.links.end()};
}

Condition condition_of_property(std::string_view wanted_as, std::string_view property,
                                const policy::Patterns& patterns, const PortInfo& port) {
    const std::string wanted = fmt::format("{} = {}", wanted_as, to_string(patterns));
    const auto found = port.properties.find(property);
    if (found == port.properties.end())
        return {.wanted = wanted, .actual = "nothing", .holds = patterns.matches_absent()};
    return {.wanted = wanted,
            .actual = fmt::format("{:?}", found->second),
            .holds = patterns.matches(found->second)};
}

std::vector<Condition> conditions(const PortRule& rule, const PortInfo& port) {
    std::vector<Condition> result;
    if (rule.device)
        result.push_back(condition_of_device(rule.device->string(), port));
    if (rule.id_path)
        result.push_back(condition_of_property("id-path", id_path, *rule.id_path, port));
    for (const auto& [name, patterns] : rule.properties)
        result.push_back(condition_of_property("property " + name, name, patterns, port));
    return result;
}

} // namespace

PortMatch match_port(std::span<const PortRule> rules, const PortInfo& port) {
    const std::string marked = port.property(mark);
    if (marked == "1")
        return {.naming = Naming::udev_rule, .why = fmt::format("udev rule ({}=1)", mark)};
    if (marked == "0")
        return {.naming = Naming::excluded, .why = fmt::format("a udev rule excludes it ({}=0)", mark)};

    std::string why = fmt::format("no udev rule sets {}=1", mark);
    if (rules.empty())
        why += " and no [[port]] is configured";
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto wanted = conditions(rules[i], port);
        if (wanted.empty())
            continue; // matches no port, rather than every one
        const auto missed = std::ranges::find(wanted, false, &Condition::holds);
        if (missed != wanted.end()) {
            why += fmt::format("; [[port]] #{} requires {}, the port has {}", i + 1, missed->wanted,
                               missed->actual);
            continue;
        }
        std::vector<std::string> words;
        words.reserve(wanted.size());
        for (const Condition& each : wanted)
            words.push_back(each.wanted);
        return {.naming = Naming::configured,
                .why = fmt::format("[[port]] #{} ({})", i + 1, fmt::join(words, ", "))};
    }
    return {.naming = Naming::not_named, .why = std::move(why)};
}

} // namespace bgs2
