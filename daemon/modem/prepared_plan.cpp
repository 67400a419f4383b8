// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/prepared_plan.h"

#include "daemon/modem/key_binding.h"

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
        all.push_back({.address = slot.address, .name = name_of(slot), .key_pair = slot.key_pair.get()});
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
        const auto when = slot.key_pair->chain.front().not_after();
        if (!first || when < first->when)
            first = Expiry{.address = slot.address, .when = when};
    }
    return first;
}

std::optional<std::chrono::sys_seconds> next_validity(const Desired& desired, std::chrono::sys_seconds now) {
    std::optional<std::chrono::sys_seconds> next;
    for (const DesiredSlot& slot : desired.slots) {
        for (const pki::Certificate& certificate : slot.key_pair->chain) {
            if (const auto from = certificate.not_before(); from > now && (!next || from < *next))
                next = from;
        }
    }
    return next;
}

PreparedStep prepared(const PlanStep& step, const Desired& desired) {
    PreparedStep result{.step = step, .content = {}, .key_pair = nullptr, .frame = nullptr};
    if (step.action == Action::write) {
        result.key_pair = std::ranges::find(desired.slots, step.address, &DesiredSlot::address)->key_pair;
        result.content = *desired.contents.at(step.address);
    }
    return result;
}

/// A certificate that the modem does not identify is written once, and then has to be believed.
void add_unverifiable(PreparedPlan& prepared_plan, const sbnw::Inventory& present) {
    for (const auto& [address, compliance] : compare(prepared_plan.desired, present)) {
        if (compliance != Compliance::unverifiable)
            continue;
        if (!prepared_plan.unverifiable)
            prepared_plan.unverifiable = address;
        prepared_plan.findings.push_back(
            {.address = address,
             .severity = pki::Severity::warning,
             .error = {
                 ErrorCode::verify_failed,
                 fmt::format("the modem does not report which certificate {} holds", to_string(address)),
                 "read it with AT^SBNR=\"is_cert\": bgs2d compares SHA-1 and SHA-256 thumbprints only"}});
    }
}

} // namespace

pki::Secret encode(const Encoder& encoder, const PreparedStep& step) {
    if (step.frame)
        return step.frame->clone();
    return step.key_pair ? encoder.write(step.step.address, *step.key_pair)
                         : encoder.erase(step.step.address);
}

void complete(PreparedPlan& prepared_plan, std::vector<PreparedStep> steps, std::optional<Signing> signing,
              const PlanRequest& request) {
    try {
        auto encoder = std::make_shared<const Encoder>(std::move(signing), request.attributes.imei);
        for (PreparedStep& step : steps) {
            if (!step.content.key.empty())
                value_or_throw(may_write_key(request.policy, request.record, request.place));
            step.size = encode(*encoder, step).size();
        }
        prepared_plan.encoder = std::move(encoder);
        prepared_plan.steps = std::move(steps);
    } catch (const Exception& e) {
        prepared_plan.blocker = e.error();
    }
}

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
    Desired desired = load_desired(request.policy, request.attributes, request.credentials);
    prepared_plan.desired = desired.contents;
    prepared_plan.needed = plan(prepared_plan.desired, request.present, request.record.slots,
                                {.only = request.only, .erase_unlisted = request.policy.erase_unlisted});
    prepared_plan.findings = findings(desired, request);
    add_unverifiable(prepared_plan, request.present);
    prepared_plan.expiry = first_expiry(desired);
    prepared_plan.valid_from = next_validity(desired, request.now);
    prepared_plan.blocker = desired.error ? desired.error : blocker(prepared_plan);
    if (prepared_plan.blocker)
        return prepared_plan;
    std::vector<PreparedStep> steps;
    for (const PlanStep& step : prepared_plan.needed)
        steps.push_back(prepared(step, desired));
    complete(prepared_plan, std::move(steps), std::move(desired.signing), request);
    return prepared_plan;
}

} // namespace bgs2
