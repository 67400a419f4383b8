// SPDX-License-Identifier: Apache-2.0
// bgs2ctl install: a certificate that is handed over, written into a slot.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_install(Verb& program);

} // namespace bgs2::cli
