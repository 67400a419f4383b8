// SPDX-License-Identifier: Apache-2.0
// Whether a modem may be written to.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"

#include <optional>

namespace bgs2::policy {

/// The policy that lets the modem be written to, or just this slot of it. Valid as long as `policies`.
/// Errors: NotSupported (no policy is for it, or it says "report" or "ignore"), InvalidArgument (the policy
/// does not name the slot).
Expected<const Policy*> may_provision(const Policies& policies, const ModemAttributes& attributes,
                                      std::optional<SlotAddress> slot);

/// The policy under which somebody may change the slot by hand; null if none is for the modem. Valid as long
/// as `policies`. Errors: NotSupported (it says "report" or "ignore", or it is "auto" and would undo the
/// change).
Expected<const Policy*> may_change(const Policies& policies, const ModemAttributes& attributes,
                                   const SlotAddress& slot);

} // namespace bgs2::policy
