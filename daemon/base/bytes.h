// SPDX-License-Identifier: Apache-2.0
// Bytes: how files, frames and fingerprints are passed around.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// The characters of `text` as bytes, without a terminator.
inline ByteView as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// Bytes as characters, for parsers of text; valid as long as `bytes`.
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal, two digits a byte, nothing between them.
std::string to_hex(ByteView bytes);

/// The number of bytes of the UTF-8 sequence that `text` begins with, 0 if it begins with none (RFC 3629 §3:
/// neither longer than it must be nor of a surrogate).
std::size_t utf8_sequence(std::string_view text);

/// `text` with the bytes of control characters (C0, DEL and C1, of which one begins what a terminal obeys),
/// of what is not UTF-8 and of what never stands for a character as \xNN: fit for the bus, which wants UTF-8,
/// a log and a terminal, whatever a modem or a file has in it.
std::string printable(std::string_view text);

} // namespace bgs2
