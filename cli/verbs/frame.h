// SPDX-License-Identifier: Apache-2.0
// bgs2ctl frame: secure commands without a modem. The group of the verbs frame_encode, frame_decode and
// frame_diff.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_frame(Verb& program);

} // namespace bgs2::cli
