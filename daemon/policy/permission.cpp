// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/permission.h"

#include "daemon/policy/match.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2::policy {
namespace {

/// The error if the mode of the policy forbids all writing; otherwise nothing.
std::optional<Error> hands_off(const Policy& policy) {
    if (policy.mode != Mode::report && policy.mode != Mode::ignore)
        return std::nullopt;
    return Error{ErrorCode::not_supported,
                 fmt::format(R"(policy '{}' does not allow writing to the modem: its mode is "{}")",
                             policy.name, word(policy.mode)),
                 R"(set its mode to "auto" or "manual" and reload)"};
}

bool names(const Policy& policy, const SlotAddress& slot) {
    return std::ranges::find(policy.slots, slot, &SlotRule::address) != policy.slots.end();
}

} // namespace

Expected<const Policy*> may_provision(const Policies& policies, const ModemAttributes& attributes,
                                      std::optional<SlotAddress> slot) {
    const Policy* policy = first_match(policies, attributes);
    if (policy == nullptr)
        return fail(ErrorCode::not_supported, fmt::format("no policy matches modem {}", attributes.imei),
                    "add a policy to /etc/bgs2d/policy.d and reload");
    if (auto error = hands_off(*policy))
        return std::unexpected(std::move(*error));
    if (slot && !names(*policy, *slot))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("policy '{}' does not name {}", policy->name, to_string(*slot)),
                    "add a [[slot]] to the policy, or omit the slot");
    return policy;
}

Expected<const Policy*> may_change(const Policies& policies, const ModemAttributes& attributes,
                                   const SlotAddress& slot) {
    const Policy* policy = first_match(policies, attributes);
    if (policy == nullptr)
        return nullptr;
    if (auto error = hands_off(*policy))
        return std::unexpected(std::move(*error));
    const bool empties = policy->erase_unlisted && slot.store == Store::tls;
    if (policy->mode == Mode::automatic && (empties || names(*policy, slot)))
        return fail(ErrorCode::not_supported,
                    fmt::format("policy '{}' defines the content of {} and would revert the change",
                                policy->name, to_string(slot)),
                    R"(change the policy, or set its mode to "manual" and reload)");
    return policy;
}

} // namespace bgs2::policy
