// SPDX-License-Identifier: Apache-2.0
// Shell globs and lists of them: the conditions of policies.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::policy {

/// Whether fnmatch(3) finds that `pattern` matches the whole `value`: `*`, `?`, `[...]`, `\`; case-sensitive,
/// without special treatment of `/` or a leading dot. Text with a NUL does not match.
bool glob_matches(std::string_view pattern, std::string_view value);

/// A list of globs; one that begins with `!` negates.
struct Patterns {
    std::vector<std::string> list;
    std::size_t line = 0; ///< in its file, from 1, 0 if there is none; ignored by operator==

    /// Whether a positive pattern matches `value`, or there is none, and no negated pattern matches.
    [[nodiscard]] bool matches(std::string_view value) const;

    /// The negated pattern (with its `!`) that matches `value`; nothing if none does.
    [[nodiscard]] std::optional<std::string> excluded_by(std::string_view value) const;

    /// Whether the list matches a missing value: only if all patterns are negated.
    [[nodiscard]] bool matches_absent() const;

    bool operator==(const Patterns& other) const { return list == other.list; }
};

/// In the syntax of a file: `"BGS2-*"` or `["35693803*", "!356938035643809"]`.
std::string to_string(const Patterns& patterns);

} // namespace bgs2::policy
