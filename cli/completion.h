// SPDX-License-Identifier: Apache-2.0
// Completes a command line. Pure; the caller adds the candidates that only bgs2d knows.
#pragma once

#include "cli/verbs/verbs.h"

#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

struct Candidate {
    std::string word;
    std::string about; ///< a short description; can be empty

    bool operator==(const Candidate&) const = default;
};

struct Completion {
    std::string begun;                 ///< the typed part of the word
    Names names = Names::word;         ///< the kind of further candidates
    std::vector<Candidate> candidates; ///< verbs, options and fixed words that begin with it
    std::string modem;                 ///< the modem named before; empty: none

    bool operator==(const Completion&) const = default;
};

/// Completes the last of `words`, which can be empty; those before it are complete.
Completion complete(const Verb& program, std::span<const std::string> words);

/// The description of an option in the help of a verb, up to the end of the sentence or the line: "Show
/// failures only". Empty if there is none.
std::string about_option(const std::string& help, const std::string& option);

} // namespace bgs2::cli
