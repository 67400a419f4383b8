// SPDX-License-Identifier: Apache-2.0
// bgs2ctl reload, or bgs2ctl policy reload: read configuration and policies anew.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to the program, or to the group of the verbs about policies.
void add_reload(Verb& above);

} // namespace bgs2::cli
