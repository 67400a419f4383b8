// SPDX-License-Identifier: Apache-2.0
// bgs2ctl monitor: what happens, as it happens.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_monitor(Verb& program);

} // namespace bgs2::cli
