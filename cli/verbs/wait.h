// SPDX-License-Identifier: Apache-2.0
// bgs2ctl wait: until modems are in a state.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_wait(Verb& program);

} // namespace bgs2::cli
