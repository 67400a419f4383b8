// SPDX-License-Identifier: Apache-2.0
// What could come next on a command line. Pure; what only bgs2d knows is left to whoever asks.
#pragma once

#include "cli/verbs/verb.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// What a word of a command line names.
enum class Names : std::uint8_t {
    nothing, ///< nothing that could be listed: a duration, a number
    word,    ///< one of Completion::candidates
    file,
    modem,
    slot,
    job,
};

struct Candidate {
    std::string word;
    std::string about; ///< a few words; may be empty

    bool operator==(const Candidate&) const = default;
};

struct Completion {
    std::string begun;                 ///< what is there of the word already
    Names names = Names::word;         ///< what else may stand there
    std::vector<Candidate> candidates; ///< verbs, options and fixed words that begin so
    std::string modem;                 ///< the modem that was named before; empty: none

    bool operator==(const Completion&) const = default;
};

/// Of the last of `words`, which may be empty; those before it are complete. `program` has all verbs.
Completion complete(const CLI::App& program, std::span<const std::string> words);

/// What a positional argument or an option is for, "M" or "--cert".
Names names_of(const std::string& argument);

/// "only this slot": what the help of a verb says of one of its options, cut at the line's end; empty if it
/// says nothing.
std::string about_option(const std::string& help, const std::string& option);

} // namespace bgs2::cli
