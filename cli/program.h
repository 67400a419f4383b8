// SPDX-License-Identifier: Apache-2.0
// The command line of bgs2ctl: its verbs and the options of all verbs.
#pragma once

#include "cli/verbs/verb.h"

#include <optional>
#include <span>
#include <string>

namespace bgs2::cli {

/// Options that every verb takes.
struct Globals {
    bool json = false;
    std::optional<std::string> host; ///< "USER@GATEWAY"; nothing: this machine
    bool no_ask_password = false;
    bool no_pager = false;

    bool operator==(const Globals&) const = default;
};

/// Adds the verbs and options to the program. Parsing a command line writes to `globals`.
void describe(Verb& program, Globals& globals);

/// Adds the hidden verb `complete`, which prints the candidates for the next word of a command line, for
/// shells.
void add_complete(Verb& program);

/// The action that the arguments (without the program's name) request; help and version are actions too.
/// Throws CommandError (exit code 2) with the error and the verb or option that was probably meant.
Action parse(std::span<const char* const> arguments);

/// Whether the arguments ask for JSON, even if they are invalid.
bool asks_for_json(std::span<const char* const> arguments);

} // namespace bgs2::cli
