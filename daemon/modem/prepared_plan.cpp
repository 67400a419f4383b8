// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/prepared_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2 {
namespace {

std::string name_of(const DesiredSlot& slot) {
    return fmt::format("{} ({})", to_string(slot.address), slot.source);
}

std::vector<pki::SlotCandidate> candidates(const Desired& desired) {
    std::vector<pki::SlotCandidate> all;
    all.reserve(desired.slots.size());
    for (const DesiredSlot& slot : desired.slots)
        all.push_back({.address = slot.address, .name = name_of(slot), .key_pair = &slot.key_pair});
    return all;
}

/// The first error about a slot that would be written.
std::optional<Error> blocker(const PreparedPlan& prepared_plan) {
    for (const SlotFinding& finding : prepared_plan.findings) {
        const bool is_needed = std::ranges::find(prepared_plan.needed, finding.address, &PlanStep::address) !=
                               prepared_plan.needed.end();
        if (finding.severity == pki::Severity::error && is_needed)
            return finding.error;
    }
    return std::nullopt;
}

std::optional<Expiry> first_expiry(const Desired& desired) {
    std::optional<Expiry> first;
    for (const DesiredSlot& slot : desired.slots) {
        const auto when = slot.key_pair.chain.front().not_after();
        if (!first || when < first->when)
            first = Expiry{.address = slot.address, .when = when};
    }
    return first;
}

const pki::KeyPair* key_pair_for(const PlanStep& step, const Desired& desired) {
    if (step.action == Action::erase)
        return nullptr;
    return &std::ranges::find(desired.slots, step.address, &DesiredSlot::address)->key_pair;
}

} // namespace

std::vector<SlotFinding> findings(const Desired& desired, const PlanRequest& request) {
    const auto beyond_family = request.policy.family_limits == policy::FamilyLimits::enforce
                                   ? pki::Severity::error
                                   : pki::Severity::warning;
    std::vector<SlotFinding> result;
    for (pki::Finding& found : pki::preflight(candidates(desired), pki::family_of(request.attributes.model),
                                              request.now, beyond_family)) {
        const DesiredSlot& slot = desired.slots.at(found.candidate);
        // Two files are never renewed at the same instant.
        if (found.error.code == ErrorCode::key_mismatch && !slot.lagging.empty())
            found.error.hint =
                fmt::format("waiting for the second file: renew {} as well, it is older", slot.lagging);
        result.push_back(
            {.address = slot.address, .severity = found.severity, .error = std::move(found.error)});
    }
    return result;
}

PreparedPlan prepare(const PlanRequest& request) {
    PreparedPlan prepared_plan;
    const auto desired = load_desired(request.policy, request.attributes, request.credentials);
    if (!desired) {
        prepared_plan.blocker = desired.error();
        return prepared_plan;
    }
    prepared_plan.desired = thumbprints(*desired);
    prepared_plan.needed = plan(
        prepared_plan.desired, request.present,
        {.only = request.only, .erase_unlisted = request.policy.erase_unlisted, .keyless = request.keyless});
    prepared_plan.findings = findings(*desired, request);
    prepared_plan.expiry = first_expiry(*desired);
    prepared_plan.blocker = blocker(prepared_plan);
    if (prepared_plan.blocker)
        return prepared_plan;
    try {
        const Encoder encoder(desired->signing, request.attributes.imei);
        for (const PlanStep& step : prepared_plan.needed)
            prepared_plan.steps.push_back(encoder.encode(step, key_pair_for(step, *desired)));
    } catch (const Exception& e) {
        prepared_plan.steps.clear();
        prepared_plan.blocker = e.error();
    }
    return prepared_plan;
}

} // namespace bgs2
