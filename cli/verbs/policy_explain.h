// SPDX-License-Identifier: Apache-2.0
// bgs2ctl policy explain: why a modem has the policy that it has.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `policy`.
void add_policy_explain(Verb& policy);

} // namespace bgs2::cli
