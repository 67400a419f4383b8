// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/plan.h"

#include <fmt/format.h>

namespace bgs2 {
namespace {

std::string reason(const SlotAddress& address, Compliance compliance) {
    const std::string slot = to_string(address);
    switch (compliance) {
    case Compliance::missing:
        return slot + " is empty";
    case Compliance::different:
        return slot + " holds another certificate";
    case Compliance::corrupted:
        return fmt::format("the certificate in {} is corrupted", slot);
    case Compliance::unlisted:
        return slot + " holds a certificate that the policy does not name";
    default:
        return {};
    }
}

Compliance compare(const std::string* wanted, const sbnw::Slot* slot) {
    if (wanted == nullptr)
        return slot == nullptr || slot->empty() ? Compliance::empty : Compliance::unlisted;
    if (slot == nullptr || slot->empty())
        return Compliance::missing;
    if (slot->corrupted)
        return Compliance::corrupted;
    return slot->thumbprint == *wanted ? Compliance::compliant : Compliance::different;
}

template<class Map>
auto* find(Map& map, const SlotAddress& address) {
    const auto found = map.find(address);
    return found == map.end() ? nullptr : &found->second;
}

std::optional<Action> action(Compliance compliance, const SlotAddress& address, const PlanScope& scope) {
    switch (compliance) {
    case Compliance::missing:
    case Compliance::different:
    case Compliance::corrupted:
        return Action::write;
    case Compliance::unlisted:
        if (scope.erase_unlisted && address.store == Store::tls)
            return Action::erase;
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

std::map<SlotAddress, Compliance> compare(const Thumbprints& desired, const sbnw::Inventory& present) {
    std::map<SlotAddress, Compliance> result;
    for (const auto& [address, slot] : present)
        result.emplace(address, compare(find(desired, address), &slot));
    for (const auto& [address, thumbprint] : desired)
        result.try_emplace(address, Compliance::missing);
    return result;
}

std::vector<PlanStep> plan(const Thumbprints& desired, const sbnw::Inventory& present,
                           const PlanScope& scope) {
    std::vector<PlanStep> steps;
    for (const auto& [address, compliance] : compare(desired, present)) {
        const sbnw::Slot* slot = find(present, address);
        const std::string* keyless = find(scope.keyless, address);
        const bool lacks_key =
            keyless != nullptr && compliance == Compliance::compliant && *keyless == slot->thumbprint;
        const auto needed = lacks_key ? std::optional(Action::write) : action(compliance, address, scope);
        if (!needed || (scope.only && *scope.only != address))
            continue;
        steps.push_back({.address = address,
                         .action = *needed,
                         .occupied = slot != nullptr && !slot->empty(),
                         .before = slot == nullptr ? std::string() : slot->thumbprint,
                         .reason = lacks_key
                                       ? to_string(address) + " holds its certificate without the private key"
                                       : reason(address, compliance)});
    }
    return steps;
}

std::string reasons(const std::vector<PlanStep>& steps) {
    std::string text;
    for (const PlanStep& step : steps)
        text += (text.empty() ? "" : ", ") + step.reason;
    return text;
}

} // namespace bgs2
