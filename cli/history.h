// bgs2ctl history: what became of modems.
#pragma once

#include "cli/objects.h"
#include "cli/output.h"
#include "cli/verb.h"

#include <span>

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_history(Verb& program);

Table table_of(std::span<const PastEvent> events);

} // namespace bgs2::cli
