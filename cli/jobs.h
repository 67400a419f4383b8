// bgs2ctl jobs: the work that goes on, or ended just now.
#pragma once

#include "cli/objects.h"
#include "cli/output.h"
#include "cli/verb.h"

#include <span>

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_jobs(Verb& program);

Table table_of(std::span<const ListedJob> jobs);

} // namespace bgs2::cli
