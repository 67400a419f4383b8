// SPDX-License-Identifier: Apache-2.0
// bgs2ctl refresh: read a modem's slots anew.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_refresh(Verb& program);

} // namespace bgs2::cli
