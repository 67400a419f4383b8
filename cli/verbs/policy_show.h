// SPDX-License-Identifier: Apache-2.0
// bgs2ctl policy show: the policies in force.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `policy`.
void add_policy_show(Verb& policy);

} // namespace bgs2::cli
