// SPDX-License-Identifier: Apache-2.0
// bgs2ctl cancel: a job ended before its end.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_cancel(Verb& program);

} // namespace bgs2::cli
