// SPDX-License-Identifier: Apache-2.0
// bgs2ctl doctor: what keeps modems from being provisioned.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_doctor(Verb& program);

} // namespace bgs2::cli
