// SPDX-License-Identifier: Apache-2.0
// Byte buffers of files, frames and fingerprints.
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

/// The number of bytes of the UTF-8 sequence at the beginning of `text`, 0 if there is none (RFC 3629 §3:
/// neither overlong nor a surrogate).
std::size_t utf8_sequence(std::string_view text);

/// `text` with control characters (C0, DEL and C1, which begin terminal sequences), invalid UTF-8 and
/// noncharacters written as \xNN. The result is safe for the bus, which requires UTF-8, a log and a terminal,
/// whatever a modem or a file contains.
std::string printable(std::string_view text);

} // namespace bgs2
