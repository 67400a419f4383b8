// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/state_assessment.h"

#include "daemon/base/counted.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace bgs2 {
namespace {

StateAssessment assessment(ModemState state, ReasonCode code, std::string reason, std::string hint = {}) {
    return {.state = state, .code = code, .reason = std::move(reason), .hint = std::move(hint)};
}

StateAssessment assessment(ModemState state, ReasonCode code, const Error& error) {
    StateAssessment result = assessment(state, code, error.what, error.hint);
    result.error = error.code;
    return result;
}

StateAssessment without_policy(const StateInputs& it) {
    if (it.policy_problem.empty())
        return assessment(
            ModemState::unmanaged, ReasonCode::no_policy, "no policy matches this modem",
            "add one to /etc/bgs2d/policy.d and reload; 'bgs2ctl policy explain' shows why none matches");
    return assessment(ModemState::unmanaged, ReasonCode::policies_invalid,
                      fmt::format("the policies cannot be used: {}", it.policy_problem),
                      "fix them and reload");
}

StateAssessment compliant(const StateInputs& it) {
    StateAssessment result = assessment(ModemState::compliant, ReasonCode::compliant,
                                        fmt::format("its slots match policy '{}'", it.policy->name));
    if (it.prepared_plan.unverifiable) {
        result.code = ReasonCode::unverifiable;
        result.reason = fmt::format("its slots were written by policy '{}', but the modem does not report "
                                    "which certificate {} holds",
                                    it.policy->name, to_string(*it.prepared_plan.unverifiable));
    }
    if (!it.prepared_plan.expiry)
        return result;
    if (const auto notice = expiry_notice(*it.prepared_plan.expiry, it.policy->renew_before, it.date)) {
        result.code = ReasonCode::expiring;
        result.reason += "; " + *notice;
        result.hint = "renew the certificate; bgs2d detects the new file";
        result.expiring = it.prepared_plan.expiry->address;
    }
    return result;
}

/// "today" for less than a day; `words` has a place for the number of days.
std::string in_days(std::chrono::seconds time, fmt::format_string<std::string> words) {
    const auto count = static_cast<std::size_t>(std::chrono::floor<std::chrono::days>(time).count());
    return count == 0 ? "today" : fmt::format(words, counted(count, "day"));
}

} // namespace

StateAssessment assess_state(const StateInputs& it) {
    if (it.rivalry)
        return assessment(ModemState::blocked, ReasonCode::imei_twice, *it.rivalry);
    if (it.unreadable)
        return assessment(it.unreadable->retry_at ? ModemState::failed : ModemState::blocked,
                          ReasonCode::slots_unreadable, it.unreadable->error);
    if (it.policy == nullptr)
        return without_policy(it);
    const PreparedPlan& prepared_plan = it.prepared_plan;
    if (prepared_plan.blocker)
        return assessment(ModemState::blocked, ReasonCode::preflight_failed, *prepared_plan.blocker);
    if (prepared_plan.needed.empty())
        return compliant(it);

    const std::string needed = reasons(prepared_plan.needed);
    if (it.policy->mode == policy::Mode::manual)
        return assessment(ModemState::drifted, ReasonCode::policy_manual, needed,
                          "write it with 'bgs2ctl provision'");
    if (it.policy->mode == policy::Mode::report)
        return assessment(
            ModemState::drifted, ReasonCode::policy_reports, needed,
            fmt::format(R"(set the mode of policy '{}' to "auto" or "manual" to have it written)",
                        it.policy->name));
    if (it.limit_reached)
        return assessment(ModemState::blocked, ReasonCode::not_kept, *it.limit_reached);
    if (it.cancelled)
        return assessment(ModemState::drifted, ReasonCode::cancelled, needed + "; provisioning was cancelled",
                          "write it with 'bgs2ctl provision'");
    if (it.failure && (!it.failure->retry_at || *it.failure->retry_at > it.now))
        return assessment(it.failure->retry_at ? ModemState::failed : ModemState::blocked,
                          ReasonCode::attempt_failed, it.failure->error);
    StateAssessment result = assessment(ModemState::drifted, ReasonCode::provisioning, needed);
    result.wanted = true;
    return result;
}

std::optional<std::string> expiry_notice(const Expiry& expiry, std::chrono::milliseconds renew_before,
                                         std::chrono::sys_seconds date) {
    const std::string certificate = fmt::format("the certificate of {}", to_string(expiry.address));
    const auto left = expiry.when - date;
    if (left < std::chrono::seconds(0))
        return fmt::format("{} expired {}", certificate, in_days(-left, "{} ago"));
    if (left > renew_before)
        return std::nullopt;
    return fmt::format("{} expires {}", certificate, in_days(left, "in {}"));
}

} // namespace bgs2
