// SPDX-License-Identifier: Apache-2.0
// A length of time as it stands in a file: "100ms", "2s", "30d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::policy {

/// A whole number and one of the units ms, s, m, h, d, nothing between or around them, or just "0"; nothing
/// if it is not that, or is longer than a million days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that leaves no remainder.
std::string to_string(std::chrono::milliseconds duration);

} // namespace bgs2::policy
