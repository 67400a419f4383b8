// SPDX-License-Identifier: Apache-2.0
// bgs2ctl policy: which policies there are, which is for a modem, and why. The group of the verbs
// policy_check, policy_explain, policy_show and reload.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_policy(Verb& program);

} // namespace bgs2::cli
