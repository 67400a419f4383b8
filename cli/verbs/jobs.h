// SPDX-License-Identifier: Apache-2.0
// bgs2ctl jobs: the work that goes on, or ended just now.
#pragma once

#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/verbs/verb.h"

#include <span>

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_jobs(Verb& program);

Table table_of(std::span<const JobInfo> jobs);

} // namespace bgs2::cli
