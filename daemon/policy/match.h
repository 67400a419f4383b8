// SPDX-License-Identifier: Apache-2.0
// Which policy is for a modem, and why.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"

#include <optional>
#include <string>

namespace bgs2::policy {

/// Whether a policy is for a modem, and what decided it.
struct MatchResult {
    bool matches = false;
    std::string field; ///< what did not hold: "imei", "property ID_BUS"; empty if all did
    Patterns patterns; ///< of that field
    std::optional<std::string>
        actual;      ///< the modem's value of that field; nothing for a property it does not have
    std::string why; ///< all of that in words; if it matches, every condition that holds

    bool operator==(const MatchResult&) const = default;
};

/// Asks the conditions in the order model, imei, port, properties; the first that does not hold decides. A
/// property that the port does not have meets only a list that negates throughout.
MatchResult explain(const Policy& policy, const ModemAttributes& attributes);

/// The policy that applies; null (the modem is unmanaged) if none does. Valid as long as `policies`.
const Policy* first_match(const Policies& policies, const ModemAttributes& attributes);

} // namespace bgs2::policy
