// SPDX-License-Identifier: Apache-2.0
// bgs2ctl policy check: find the mistakes in policy files. Offline.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `policy`.
void add_policy_check(Verb& policy);

} // namespace bgs2::cli
