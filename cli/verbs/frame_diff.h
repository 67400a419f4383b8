// SPDX-License-Identifier: Apache-2.0
// bgs2ctl frame diff: what differs between two secure commands.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `frame`.
void add_frame_diff(Verb& frame);

} // namespace bgs2::cli
