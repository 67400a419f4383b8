// SPDX-License-Identifier: Apache-2.0
// Durations in configuration files: "100ms", "2s", "30d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::policy {

/// Parses an integer followed by one of the units ms, s, m, h, d, without white space, or "0"; nothing if the
/// text is invalid or longer than a million days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Formats in the largest unit without a remainder.
std::string to_string(std::chrono::milliseconds duration);

} // namespace bgs2::policy
