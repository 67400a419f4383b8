// SPDX-License-Identifier: Apache-2.0
// bgs2ctl history: what became of modems.
#pragma once

#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/verbs/verb.h"

#include <span>

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_history(Verb& program);

Table table_of(std::span<const HistoryEntry> events);

} // namespace bgs2::cli
