// SPDX-License-Identifier: Apache-2.0
// Did you mean ...?
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace bgs2 {

/// The candidate that `word` is most likely a slip of the pen for: the one that takes the fewest letters
/// inserted, removed, replaced or swapped with their neighbour, if that are not more than a third of its
/// letters. The first of equals.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace bgs2
