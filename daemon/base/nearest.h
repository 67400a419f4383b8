// SPDX-License-Identifier: Apache-2.0
// Finds the candidate for "did you mean ...?".
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace bgs2 {

/// The candidate closest to `word`: the one with the fewest insertions, deletions, replacements and
/// transpositions of neighbours, at most a third of its letters. The first of several equally close ones.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace bgs2
