// SPDX-License-Identifier: Apache-2.0
#include "dbus/policy_dictionary.h"

#include "daemon/base/bytes.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::dbus {
namespace {

// A file's name may have any bytes, and the bus takes UTF-8 only: hence printable() below.

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
    Dictionary result{{"store", std::string(word(slot.store))},
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
    return {
        {"policy", printable(policy.name)},
        {"file", printable(policy.file.string())},
        {"mode", std::string(word(policy.mode))},
        {"match", conditions(policy.match)},
        {"slots", slots},
    };
}

Dictionary to_dictionary(const policy::FileExplanation& explained) {
    return {
        {"policy", printable(explained.policy)},
        {"file", printable(explained.file.string())},
        {"status", std::string(word(explained.status))},
        {"why", printable(explained.why)},
        {"field", explained.field},
        {"line", static_cast<std::uint32_t>(explained.line)},
        {"masked-by", printable(explained.masked_by.string())},
    };
}

} // namespace bgs2::dbus
