// SPDX-License-Identifier: Apache-2.0
// bgs2ctl complete: candidates for the next word of a command line, for shells. Hidden: users press Tab.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_complete(Verb& program);

} // namespace bgs2::cli
