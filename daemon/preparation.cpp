#include "daemon/preparation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2 {
namespace {

std::string name_of(const DesiredSlot& slot) {
    return fmt::format("{} ({})", to_string(slot.address), slot.source);
}

std::vector<pki::Installation> installations(const Desired& desired) {
    std::vector<pki::Installation> all;
    all.reserve(desired.slots.size());
    for (const DesiredSlot& slot : desired.slots)
        all.push_back({.slot = slot.address.slot,
                       .tls_store = slot.address.store == sbnw::Store::tls,
                       .name = name_of(slot),
                       .credential = &slot.credential});
    return all;
}

/// The first error about a slot that would be written.
std::optional<Error> obstacle(const Preparation& preparation) {
    for (const SlotFinding& finding : preparation.findings) {
        const bool is_needed = std::ranges::find(preparation.needed, finding.address, &Step::address) !=
                               preparation.needed.end();
        if (finding.severity == pki::Severity::error && is_needed)
            return finding.error;
    }
    return std::nullopt;
}

std::optional<Expiry> first_expiry(const Desired& desired) {
    std::optional<Expiry> first;
    for (const DesiredSlot& slot : desired.slots) {
        const auto when = slot.credential.chain.front().not_after();
        if (!first || when < first->when)
            first = Expiry{.address = slot.address, .when = when};
    }
    return first;
}

const pki::Credential* credential_for(const Step& step, const Desired& desired) {
    if (step.action == Action::erase)
        return nullptr;
    return &std::ranges::find(desired.slots, step.address, &DesiredSlot::address)->credential;
}

} // namespace

std::vector<SlotFinding> findings(const Desired& desired, const Order& order) {
    const auto beyond_family = order.policy.family_limits == policy::FamilyLimits::enforce
                                   ? pki::Severity::error
                                   : pki::Severity::warning;
    std::vector<SlotFinding> result;
    for (pki::Finding& found : pki::preflight(installations(desired), pki::family_of(order.subject.model),
                                              order.now, beyond_family)) {
        const DesiredSlot& slot = desired.slots.at(found.installation);
        // Two files are never renewed at the same instant.
        if (found.error.code == ErrorCode::key_mismatch && !slot.lagging.empty())
            found.error.hint = fmt::format(
                "waiting for the other half: {} is older and has to be renewed as well", slot.lagging);
        result.push_back(
            {.address = slot.address, .severity = found.severity, .error = std::move(found.error)});
    }
    return result;
}

Preparation prepare(const Order& order) {
    Preparation preparation;
    const auto desired = load_desired(order.policy, order.subject, order.credentials);
    if (!desired) {
        preparation.obstacle = desired.error();
        return preparation;
    }
    preparation.desired = thumbprints(*desired);
    preparation.needed =
        plan(preparation.desired, order.present,
             {.only = order.only, .erase_unlisted = order.policy.erase_unlisted, .keyless = order.keyless});
    preparation.findings = findings(*desired, order);
    preparation.expiry = first_expiry(*desired);
    preparation.obstacle = obstacle(preparation);
    if (preparation.obstacle)
        return preparation;
    try {
        const Encoder encoder(desired->signing, order.subject.imei);
        for (const Step& step : preparation.needed)
            preparation.steps.push_back(encoder.encode(step, credential_for(step, *desired)));
    } catch (const Exception& e) {
        preparation.steps.clear();
        preparation.obstacle = e.error();
    }
    return preparation;
}

} // namespace bgs2
