#include "daemon/policy/writable.h"

#include "daemon/policy/match.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2::policy {

Expected<const Policy*> writable(const Policies& policies, const Subject& subject,
                                 std::optional<sbnw::SlotAddress> slot) {
    const Policy* policy = first_match(policies, subject);
    if (policy == nullptr)
        return fail(ErrorCode::not_supported, fmt::format("no policy is for modem {}", subject.imei),
                    "add one to /etc/bgs2d/policy.d and reload");
    if (policy->mode == Mode::report || policy->mode == Mode::ignore)
        return fail(ErrorCode::not_supported,
                    fmt::format(R"(policy '{}' says "{}": the modem is not written to)", policy->name,
                                word(policy->mode)),
                    R"(set mode to "auto" or "manual" and reload)");
    if (slot && std::ranges::find(policy->slots, *slot, &SlotRule::address) == policy->slots.end())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("policy '{}' does not name {}", policy->name, to_string(*slot)),
                    "add a [[slot]] to it, or leave the slot out");
    return policy;
}

} // namespace bgs2::policy
