// SPDX-License-Identifier: Apache-2.0
// bgs2ctl list: all modems.
#pragma once

#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/verbs/verb.h"

#include <span>

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_list(Verb& program);

/// The verb's action, and that of a command line without a verb.
ExitCode list(const Terminal& terminal);

Table table_of(std::span<const Modem> modems);

/// How good a state of a modem, or the compliance of a slot, is.
Colour colour_of_state(std::string_view state);
Colour colour_of_compliance(std::string_view compliance);

} // namespace bgs2::cli
