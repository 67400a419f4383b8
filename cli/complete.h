// SPDX-License-Identifier: Apache-2.0
// bgs2ctl complete: what can come next on a command line, for shells. Not in the help: people press Tab.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_complete(Verb& program);

} // namespace bgs2::cli
