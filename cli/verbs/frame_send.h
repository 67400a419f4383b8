// SPDX-License-Identifier: Apache-2.0
// bgs2ctl frame send: a frame that was made elsewhere, sent as it is.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to the group `frame`.
void add_frame_send(Verb& frame);

} // namespace bgs2::cli
