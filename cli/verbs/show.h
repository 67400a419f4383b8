// SPDX-License-Identifier: Apache-2.0
// bgs2ctl show: one modem with its slots.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_show(Verb& program);

} // namespace bgs2::cli
