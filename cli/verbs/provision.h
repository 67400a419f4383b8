// SPDX-License-Identifier: Apache-2.0
// bgs2ctl provision: make a modem what its policy says, or show what that would take.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_provision(Verb& program);

} // namespace bgs2::cli
