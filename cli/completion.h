// SPDX-License-Identifier: Apache-2.0
// What can come next on a command line. Pure; what only bgs2d knows is left to the caller.
#pragma once

#include "cli/verbs/verbs.h"

#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

struct Candidate {
    std::string word;
    std::string about; ///< a few words; may be empty

    bool operator==(const Candidate&) const = default;
};

struct Completion {
    std::string begun;                 ///< the part of the word that is there already
    Names names = Names::word;         ///< what else may stand there
    std::vector<Candidate> candidates; ///< verbs, options and fixed words that begin with it
    std::string modem;                 ///< the modem that was named before; empty: none

    bool operator==(const Completion&) const = default;
};

/// Of the last of `words`, which may be empty; those before it are complete.
Completion complete(const Verb& program, std::span<const std::string> words);

/// "only this slot": what the help of a verb says of one of its options, cut at the end of the line; empty if
/// it says nothing.
std::string about_option(const std::string& help, const std::string& option);

} // namespace bgs2::cli
