// SPDX-License-Identifier: Apache-2.0
// bgs2ctl capture: catch the secure command that another program sends, without a modem.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_capture(Verb& program);

} // namespace bgs2::cli
