// SPDX-License-Identifier: Apache-2.0
// bgs2ctl frame encode: make the secure command for a certificate.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `frame`.
void add_frame_encode(Verb& frame);

} // namespace bgs2::cli
