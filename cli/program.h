// SPDX-License-Identifier: Apache-2.0
// The command line of bgs2ctl: its verbs and options.
#pragma once

#include "cli/verbs/verb.h"

#include <span>
#include <string>

namespace bgs2::cli {

/// Options that every verb takes.
struct Globals {
    std::string host; ///< "USER@GATEWAY"; empty: this machine
    bool no_ask_password = false;
    bool no_pager = false;

    bool operator==(const Globals&) const = default;
};

/// Describes all verbs and options to the parser. A command line that is parsed is written to `globals`, and
/// `chosen` becomes the action of the verb that it names.
void describe(CLI::App& program, Globals& globals, Action& chosen);

/// What the arguments (without the program's name) ask for; help and version are actions too. Throws Failure
/// (exit code 2) that names what is wrong, and the verb or option that was probably meant.
Action parse(std::span<const char* const> arguments);

/// Whether the arguments ask for JSON, even if they are wrong otherwise.
bool asks_for_json(std::span<const char* const> arguments);

} // namespace bgs2::cli
