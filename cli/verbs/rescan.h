// SPDX-License-Identifier: Apache-2.0
// bgs2ctl rescan: look for modems anew.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_rescan(Verb& program);

} // namespace bgs2::cli
