// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/rewrite_limiter.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace bgs2 {

void RewriteLimiter::record(const SlotAddress& address, const CertificateDigests& certificate,
                            std::chrono::sys_seconds when) {
    Slot& slot = slots_[address];
    if (slot.certificate != certificate)
        slot = {.certificate = certificate, .times = 0, .last = when};
    ++slot.times;
    slot.last = when;
}

void RewriteLimiter::reconcile(const sbnw::Inventory& present) {
    std::erase_if(slots_, [&present](const auto& entry) {
        const auto now = present.find(entry.first);
        if (now == present.end())
            return false;
        if (now->second.empty())
            return entry.second.certificate == CertificateDigests{};
        return match(entry.second.certificate, now->second) == CertificateMatch::same;
    });
}

std::optional<Error> RewriteLimiter::limit_reached(const std::vector<PlanStep>& needed,
                                                   const Contents& desired) const {
    for (const PlanStep& step : needed) {
        const auto slot = slots_.find(step.address);
        const auto listed = desired.find(step.address);
        const CertificateDigests wanted =
            listed == desired.end() || !listed->second ? CertificateDigests{} : listed->second->certificate;
        if (slot == slots_.end() || slot->second.certificate != wanted || slot->second.times < max_rewrites)
            continue;
        return Error{
            ErrorCode::verify_failed,
            fmt::format(
                "{} was changed {} times, last at {:%F %T} UTC, and verified each time, but did not keep the "
                "change: {}",
                to_string(step.address), slot->second.times, slot->second.last, step.reason),
            "look for another program that writes to the modem, or replace the modem; then run 'bgs2ctl "
            "provision'"};
    }
    return std::nullopt;
}

} // namespace bgs2
