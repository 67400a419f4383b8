// SPDX-License-Identifier: Apache-2.0
// Errors in a policy or configuration file, with their position.
#pragma once

#include "daemon/base/bytes.h"

#include <compare>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::policy {

/// A position in a text; both count from 1. Line 0 means the whole file.
struct Position {
    std::size_t line = 0;
    std::size_t column = 0; ///< in characters, not bytes

    auto operator<=>(const Position&) const = default;
};

struct Problem {
    std::string file;     ///< printable: a file name can contain any byte
    std::size_t line = 0; ///< from 1; 0 means the whole file
    std::size_t column = 0;
    std::string what; ///< one printable line, no full stop

    bool operator==(const Problem&) const = default;
};

/// A problem of a file or directory as a whole.
inline Problem problem_of(const std::filesystem::path& file, std::string what) {
    return {.file = printable(file.string()), .line = 0, .column = 0, .what = std::move(what)};
}

/// "file:line:column: what"; "file: what" for a whole file.
inline std::string to_string(const Problem& problem) {
    const std::string position =
        problem.line == 0 ? "" : ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    return problem.file + position + ": " + problem.what;
}

using Problems = std::vector<Problem>;

} // namespace bgs2::policy
