// SPDX-License-Identifier: Apache-2.0
// bgs2ctl erase: a slot emptied.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_erase(Verb& program);

} // namespace bgs2::cli
