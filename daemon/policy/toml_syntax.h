// SPDX-License-Identifier: Apache-2.0
// The syntax of TOML: its nesting, and its errors in words that quote
// nothing of the text.
#pragma once

#include "daemon/policy/problem.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::policy {

/// The maximum number of dots in a key and of brackets within each other. No key of a policy or configuration
/// needs more than three.
inline constexpr std::size_t deepest_nesting = 16;

/// The first dot or bracket that exceeds deepest_nesting. A parser of TOML may need stack for each level, and
/// a time that grows with the square of their number. Linear; tolerates any text.
std::optional<Position> find_deep_nesting(std::string_view text);

/// A syntax error in other words than the parser's.
struct SyntaxError {
    Position at;
    std::string what; ///< without a byte of the text, which may be a secret in the wrong place
};

/// Explains the error that a parser of TOML found at this position and described like this: names what people
/// confuse with TOML, such as conflict markers, `yes` or text without quotes.
SyntaxError explain_syntax_error(std::string_view text, Position at, std::string_view description);

} // namespace bgs2::policy
