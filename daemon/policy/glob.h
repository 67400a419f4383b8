// SPDX-License-Identifier: Apache-2.0
// Shell globs, and lists of them: how a policy says which modems it is for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::policy {

/// Whether fnmatch(3) finds that `pattern` matches the whole `value`: `*`, `?`, `[...]`, `\`; case matters,
/// and a `/` or a leading dot is a character like any other. What can not be matched (a NUL in it) does not
/// match.
bool glob_matches(std::string_view pattern, std::string_view value);

/// A list of globs; one that begins with `!` negates.
struct Patterns {
    std::vector<std::string> list;
    std::size_t line =
        0; ///< of its file, from 1, 0 if it is of none; where it stands is no part of what it says

    /// Whether some positive pattern matches `value`, or there is no positive one, and no negated one
    /// matches.
    [[nodiscard]] bool matches(std::string_view value) const;

    /// The negated pattern (with its `!`) that matches `value`; nothing if none does.
    [[nodiscard]] std::optional<std::string> excluded_by(std::string_view value) const;

    /// Whether the list holds for what is not there at all: it does if it only negates.
    [[nodiscard]] bool matches_absent() const;

    bool operator==(const Patterns& other) const { return list == other.list; }
};

/// As it stands in a file: `"BGS2-*"` or `["35693803*", "!356938035643809"]`.
std::string to_string(const Patterns& patterns);

} // namespace bgs2::policy
