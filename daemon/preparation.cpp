#include "daemon/preparation.h"

#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2 {
namespace {

using sbnw::SecureCommand;

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

/// Encodes, and signs where the policy says so.
class Encoder {
  public:
    Encoder(const Desired& desired, const std::string& imei)
      : desired_(desired)
      , imei_(imei) {}

    [[nodiscard]] PreparedStep encode(const Step& step) const {
        PreparedStep prepared{.step = step, .frames = {}, .thumbprint = {}, .retreat = {}};
        if (step.action == Action::erase) {
            prepared.frames.push_back(erase(step.address));
            return prepared;
        }
        const auto& slot = *std::ranges::find(desired_.slots, step.address, &DesiredSlot::address);
        prepared.thumbprint = slot.credential.thumbprint();
        // A module that obeys signed commands only does not write over what is there (protocol.md §3).
        if (desired_.signing && step.occupied)
            prepared.frames.push_back(erase(step.address));
        prepared.frames.push_back(write(slot));
        if (!slot.credential.key.empty())
            prepared.retreat = erase(step.address);
        return prepared;
    }

  private:
    [[nodiscard]] pki::Secret write(const DesiredSlot& slot) const {
        SecureCommand command;
        command.slot = static_cast<std::uint16_t>(slot.address.slot);
        command.certificate = slot.credential.certificate;
        command.private_key = slot.credential.key.clone();
        return frame(std::move(command));
    }

    [[nodiscard]] pki::Secret erase(const sbnw::SlotAddress& address) const {
        SecureCommand command;
        command.command = sbnw::Command::delete_certificate;
        command.slot = static_cast<std::uint16_t>(address.slot);
        return frame(std::move(command));
    }

    [[nodiscard]] pki::Secret frame(SecureCommand command) const {
        if (const auto& signing = desired_.signing) {
            if (signing->imei)
                command.imei = imei_;
            value_or_throw(sbnw::sign(command, *signing->signer, signing->digest));
        }
        return value_or_throw(sbnw::encode(command));
    }

    const Desired& desired_;
    const std::string& imei_;
};

} // namespace

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
        const Encoder encoder(*desired, order.subject.imei);
        for (const Step& step : preparation.needed)
            preparation.steps.push_back(encoder.encode(step));
    } catch (const Exception& e) {
        preparation.steps.clear();
        preparation.obstacle = e.error();
    }
    return preparation;
}

std::uint64_t size_of(const PreparedStep& step) {
    std::uint64_t size = 0;
    for (const pki::Secret& frame : step.frames)
        size += frame.size();
    return size;
}

std::uint64_t size_of(const std::vector<PreparedStep>& steps) {
    std::uint64_t size = 0;
    for (const PreparedStep& step : steps)
        size += size_of(step);
    return size;
}

} // namespace bgs2
