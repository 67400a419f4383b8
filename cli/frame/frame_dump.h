// SPDX-License-Identifier: Apache-2.0
// Frames as text: what people copy out of terminals, sources and other tools. Pure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <optional>
#include <string_view>

namespace bgs2::cli {

/// Whether a file cannot be a frame because it is text: a frame contains NUL (protocol.md §1). UTF-16 is
/// text.
bool is_text(ByteView bytes);

/// The bytes that a text represents; nothing if it is none of these: a dump with offsets (xxd, hexdump and
/// od, also of words in hexadecimal, Format-Hex), a C array (also xxd -i), hex digits, Base64.
std::optional<pki::Secret> read_dump(ByteView text);

/// The frame in the file `name`: `file` itself, or what the text in it represents. Errors: InvalidArgument
/// (text of another kind, which the message names).
Expected<pki::Secret> frame_bytes(pki::Secret file, std::string_view name);

} // namespace bgs2::cli
