// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/plan.h"

#include <fmt/format.h>

namespace bgs2 {
namespace {

template<class Map>
auto* find(Map& map, const SlotAddress& address) {
    const auto found = map.find(address);
    return found == map.end() ? nullptr : &found->second;
}

Compliance compare(const std::optional<SlotContent>* wanted, const sbnw::Slot* slot) {
    const bool is_empty = slot == nullptr || slot->empty();
    if (wanted == nullptr)
        return is_empty ? Compliance::empty : Compliance::unlisted;
    if (is_empty || !*wanted)
        return Compliance::missing;
    if (slot->corrupted)
        return Compliance::corrupted;
    switch (match((*wanted)->certificate, *slot)) {
    case CertificateMatch::same:
        return Compliance::compliant;
    case CertificateMatch::different:
        return Compliance::different;
    default:
        return Compliance::unverifiable;
    }
}

/// Decides about one slot: what to do, and why.
struct Decision {
    std::optional<Action> action;
    std::string reason;
};

Decision decide(const SlotAddress& address, Compliance compliance, const std::optional<SlotContent>* wanted,
                const SlotRecords& records, const PlanScope& scope) {
    const std::string slot = to_string(address);
    switch (compliance) {
    case Compliance::missing:
        if (!*wanted)
            return {}; // the source cannot be read: there is nothing to write
        return {.action = Action::write, .reason = slot + " is empty"};
    case Compliance::different:
        return {.action = Action::write, .reason = slot + " holds another certificate"};
    case Compliance::corrupted:
        return {.action = Action::write, .reason = fmt::format("the certificate in {} is corrupted", slot)};
    case Compliance::unverifiable:
        if (was_written(address, **wanted, records))
            return {};
        return {.action = Action::write,
                .reason = fmt::format("the modem does not report which certificate {} holds", slot)};
    case Compliance::compliant:
        if ((*wanted)->key.empty() || was_written(address, **wanted, records))
            return {};
        return {.action = Action::write,
                .reason = slot + " holds its certificate, but not for certain its private key"};
    case Compliance::unlisted:
        if (scope.erase_unlisted && address.store == Store::tls)
            return {.action = Action::erase,
                    .reason = slot + " holds a certificate that the policy does not name"};
        return {};
    default:
        return {};
    }
}

} // namespace

std::map<SlotAddress, Compliance> compare(const Contents& desired, const sbnw::Inventory& present) {
    std::map<SlotAddress, Compliance> result;
    for (const auto& [address, slot] : present)
        result.emplace(address, compare(find(desired, address), &slot));
    for (const auto& [address, content] : desired)
        result.try_emplace(address, Compliance::missing);
    return result;
}

std::vector<PlanStep> plan(const Contents& desired, const sbnw::Inventory& present,
                           const SlotRecords& records, const PlanScope& scope) {
    std::vector<PlanStep> steps;
    for (const auto& [address, compliance] : compare(desired, present)) {
        if (scope.only && *scope.only != address)
            continue;
        Decision decision = decide(address, compliance, find(desired, address), records, scope);
        if (!decision.action)
            continue;
        const sbnw::Slot* slot = find(present, address);
        steps.push_back({.address = address,
                         .action = *decision.action,
                         .occupied = slot != nullptr && !slot->empty(),
                         .before = slot == nullptr ? std::string() : slot->thumbprint,
                         .reason = std::move(decision.reason)});
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
