#include "daemon/modem/state_assessment.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2 {
namespace {

StateAssessment verdict(ModemState state, std::string reason, std::string hint = {}) {
    return {.state = state,
            .reason = std::move(reason),
            .hint = std::move(hint),
            .wanted = false,
            .expiring = {}};
}

StateAssessment without_policy(const StateInputs& it) {
    if (it.policy_problem.empty())
        return verdict(
            ModemState::unmanaged, "no policy is for this modem",
            "add one to /etc/bgs2d/policy.d and reload; 'bgs2ctl policy explain' tells why none is");
    return verdict(ModemState::unmanaged, fmt::format("the policies can not be used: {}", it.policy_problem),
                   "mend them and reload");
}

StateAssessment compliant(const StateInputs& it) {
    StateAssessment result =
        verdict(ModemState::compliant, fmt::format("it holds what policy '{}' says", it.policy->name));
    if (!it.prepared_plan.expiry)
        return result;
    if (const auto notice = expiry_notice(*it.prepared_plan.expiry, it.policy->renew_before, it.date)) {
        result.reason += "; " + *notice;
        result.hint = "have the certificate renewed; the modem follows once the new one is in place";
        result.expiring = it.prepared_plan.expiry->address;
    }
    return result;
}

/// "today" for less than a day; `words` has a place for the number of days.
std::string in_days(std::chrono::seconds time, fmt::format_string<std::string> words) {
    const auto count = std::chrono::floor<std::chrono::days>(time).count();
    return count == 0 ? "today" : fmt::format(words, fmt::format("{} day{}", count, count == 1 ? "" : "s"));
}

} // namespace

StateAssessment assess_state(const StateInputs& it) {
    if (it.unreadable)
        return verdict(ModemState::blocked, it.unreadable->what, it.unreadable->hint);
    if (it.policy == nullptr)
        return without_policy(it);
    const PreparedPlan& prepared_plan = it.prepared_plan;
    if (prepared_plan.blocker)
        return verdict(ModemState::blocked, prepared_plan.blocker->what, prepared_plan.blocker->hint);
    if (prepared_plan.needed.empty())
        return compliant(it);

    const std::string needed = reasons(prepared_plan.needed);
    if (it.policy->mode == policy::Mode::manual)
        return verdict(ModemState::drifted, needed, "write it with 'bgs2ctl provision'");
    if (it.policy->mode == policy::Mode::report)
        return verdict(ModemState::drifted, needed, fmt::format("policy '{}' only reports", it.policy->name));
    if (it.limit_reached)
        return verdict(ModemState::blocked, it.limit_reached->what, it.limit_reached->hint);
    if (it.held)
        return verdict(ModemState::drifted, needed + "; provisioning was cancelled",
                       "write it with 'bgs2ctl provision'");
    if (it.failure && (!it.failure->retry_at || *it.failure->retry_at > it.now))
        return verdict(it.failure->retry_at ? ModemState::failed : ModemState::blocked,
                       it.failure->error.what, it.failure->error.hint);
    StateAssessment result = verdict(ModemState::drifted, needed);
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
