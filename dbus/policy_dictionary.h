// SPDX-License-Identifier: Apache-2.0
// Policies as dictionaries of the bus.
#pragma once

#include "daemon/policy/explanation.h"
#include "daemon/policy/model.h"
#include "dbus/dictionary.h"

namespace bgs2::dbus {

/// One element of Manager.ListPolicies.
Dictionary to_dictionary(const policy::Policy& policy);

/// One element of Manager.ExplainPolicy.
Dictionary to_dictionary(const policy::FileExplanation& explained);

} // namespace bgs2::dbus
