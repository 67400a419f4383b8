// SPDX-License-Identifier: Apache-2.0
// bgs2ctl frame decode: show a secure command, every field named, and check its signature.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `frame`.
void add_frame_decode(Verb& frame);

} // namespace bgs2::cli
