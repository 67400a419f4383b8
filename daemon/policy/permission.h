// SPDX-License-Identifier: Apache-2.0
// Decides whether policies allow writing to a modem.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"

#include <optional>

namespace bgs2::policy {

/// The policy that allows writing to the modem, or to this slot of it. Valid as long as `policies`. Errors:
/// NotSupported (no policy matches, or its mode is "report" or "ignore"), InvalidArgument (the policy does
/// not name the slot).
Expected<const Policy*> may_provision(const Policies& policies, const ModemAttributes& attributes,
                                      std::optional<SlotAddress> slot);

/// The policy that allows changing the slot manually; null if no policy matches the modem. Valid as long as
/// `policies`. Errors: NotSupported (its mode is "report" or "ignore", or it is "auto" and would revert the
/// change).
Expected<const Policy*> may_change(const Policies& policies, const ModemAttributes& attributes,
                                   const SlotAddress& slot);

} // namespace bgs2::policy
