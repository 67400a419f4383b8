// SPDX-License-Identifier: Apache-2.0
// Parses a command line. Only this file and parser.cpp use the library for command lines.
#pragma once

#include "cli/verbs/verb.h"

#include <cstdint>
#include <span>

namespace bgs2::cli {

enum class ParseResult : std::uint8_t {
    run,     ///< the verb's action
    help,    ///< the verb's help
    version, ///< the program's version
};

struct ParsedLine {
    const Verb* verb = nullptr; ///< the verb that the arguments name, or the program itself
    ParseResult result = ParseResult::run;
};

/// Writes to the values that the verbs declare. Throws CommandError (exit code 2) with the error and the verb
/// or option that was probably meant.
ParsedLine parse_line(const Verb& program, std::span<const char* const> arguments);

} // namespace bgs2::cli
