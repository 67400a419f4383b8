// SPDX-License-Identifier: Apache-2.0
// Selects the policy for a modem and explains the choice.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"

#include <string>

namespace bgs2::policy {

/// Whether a policy matches a modem, and the reason.
struct MatchResult {
    bool matches = false;
    std::string field; ///< the condition that does not match: "imei", "property ID_BUS"; empty if all match
    Patterns patterns; ///< of that field
    std::string why;   ///< the reason as text; if the policy matches, every condition

    bool operator==(const MatchResult&) const = default;
};

/// Evaluates the conditions in the order model, imei, port, properties; the first that does not match
/// decides. A missing property matches only if all patterns of the list are negated.
MatchResult explain(const Policy& policy, const ModemAttributes& attributes);

/// The first policy that matches; null (the modem is unmanaged) if none does. Valid as long as `policies`.
const Policy* first_match(const Policies& policies, const ModemAttributes& attributes);

} // namespace bgs2::policy
