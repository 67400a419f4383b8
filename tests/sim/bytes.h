// SPDX-License-Identifier: Apache-2.0
// Bytes, their text forms and digests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, without a terminator.
ByteView bytes_of(std::string_view text);
std::string_view text_of(ByteView bytes);

std::string hex_lower(ByteView bytes); ///< "00ff"
std::string hex_upper(ByteView bytes); ///< "00FF"

Bytes sha1(ByteView bytes);
Bytes sha256(ByteView bytes);

/// One line, padded.
std::string base64(ByteView bytes);
/// Nothing if `text` is not padded Base64 without white space.
std::optional<Bytes> from_base64(std::string_view text);

/// `text` with all except printable ASCII as \r, \n, \\ or \xNN: one line for a log.
std::string escaped(std::string_view text);

} // namespace bgs2::sim
