// SPDX-License-Identifier: Apache-2.0
#include "dbus/policy_dictionary.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::dbus {
namespace {

std::map<std::string, std::vector<std::string>> conditions(const policy::Match& match) {
    std::map<std::string, std::vector<std::string>> result;
    const auto add = [&result](std::string_view field, const std::optional<policy::Patterns>& patterns) {
        if (patterns)
            result.emplace(field, patterns->list);
    };
    add("model", match.model);
    add("imei", match.imei);
    add("port", match.port);
    for (const auto& [name, patterns] : match.properties)
        result.emplace("property " + name, patterns.list);
    return result;
}

Dictionary to_dictionary(const policy::SlotRule& slot) {
    Dictionary result{{"store", word(slot.store)},
                      {"slot", static_cast<std::uint32_t>(slot.index)},
                      {"certificate", to_string(slot.certificate)}};
    if (slot.private_key)
        result.emplace("private-key", to_string(*slot.private_key));
    if (slot.passphrase)
        result.emplace("passphrase", to_string(*slot.passphrase));
    return result;
}

} // namespace

Dictionary to_dictionary(const policy::Policy& policy) {
    std::vector<Dictionary> slots;
    slots.reserve(policy.slots.size());
    for (const policy::SlotRule& slot : policy.slots)
        slots.push_back(to_dictionary(slot));
    Dictionary result{
        {"policy", policy.name},
        {"file", policy.file.string()},
        {"mode", word(policy.mode)},
        {"match", conditions(policy.match)},
        {"use", word(policy.port.use)},
        {"borrow-from", policy.port.borrow_from},
        {"slots", slots},
    };
    if (policy.port.window)
        result.emplace("window", to_string(*policy.port.window));
    return result;
}

Dictionary to_dictionary(const policy::FileExplanation& explained) {
    return {
        {"policy", explained.policy},
        {"file", explained.file.string()},
        {"status", word(explained.status)},
        {"why", explained.why},
        {"field", explained.field},
        {"line", static_cast<std::uint32_t>(explained.line)},
        {"masked-by", explained.masked_by.string()},
    };
}

} // namespace bgs2::dbus
