#include "daemon/verdict.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2 {
namespace {

Verdict verdict(ModemState state, std::string reason, std::string hint = {}) {
    return {.state = state,
            .reason = std::move(reason),
            .hint = std::move(hint),
            .wanted = false,
            .expiring = {}};
}

Verdict without_policy(const Circumstances& it) {
    if (it.policy_problem.empty())
        return verdict(
            ModemState::unmanaged, "no policy is for this modem",
            "add one to /etc/bgs2d/policy.d and reload; 'bgs2ctl policy explain' tells why none is");
    return verdict(ModemState::unmanaged, fmt::format("the policies can not be used: {}", it.policy_problem),
                   "mend them and reload");
}

Verdict compliant(const Circumstances& it) {
    Verdict result =
        verdict(ModemState::compliant, fmt::format("it holds what policy '{}' says", it.policy->name));
    if (!it.preparation.expiry)
        return result;
    if (const auto notice = expiry_notice(*it.preparation.expiry, it.policy->renew_before, it.date)) {
        result.reason += "; " + *notice;
        result.hint = "have the certificate renewed; the modem follows once the new one is in place";
        result.expiring = it.preparation.expiry->address;
    }
    return result;
}

/// "today" for less than a day; `words` has a place for the number of days.
std::string in_days(std::chrono::seconds time, fmt::format_string<std::string> words) {
    const auto count = std::chrono::floor<std::chrono::days>(time).count();
    return count == 0 ? "today" : fmt::format(words, fmt::format("{} day{}", count, count == 1 ? "" : "s"));
}

} // namespace

Verdict judge(const Circumstances& it) {
    if (it.unreadable)
        return verdict(ModemState::blocked, it.unreadable->what, it.unreadable->hint);
    if (it.policy == nullptr)
        return without_policy(it);
    const Preparation& preparation = it.preparation;
    if (preparation.obstacle)
        return verdict(ModemState::blocked, preparation.obstacle->what, preparation.obstacle->hint);
    if (preparation.needed.empty())
        return compliant(it);

    const std::string needed = reasons(preparation.needed);
    if (it.policy->mode == policy::Mode::manual)
        return verdict(ModemState::drifted, needed, "write it with 'bgs2ctl provision'");
    if (it.policy->mode == policy::Mode::report)
        return verdict(ModemState::drifted, needed, fmt::format("policy '{}' only reports", it.policy->name));
    if (it.exhausted)
        return verdict(ModemState::blocked, it.exhausted->what, it.exhausted->hint);
    if (it.held)
        return verdict(ModemState::drifted, needed + "; provisioning was cancelled",
                       "write it with 'bgs2ctl provision'");
    if (it.failure && (!it.failure->retry_at || *it.failure->retry_at > it.now))
        return verdict(it.failure->retry_at ? ModemState::failed : ModemState::blocked,
                       it.failure->error.what, it.failure->error.hint);
    Verdict result = verdict(ModemState::drifted, needed);
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
