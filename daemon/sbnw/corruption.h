// SPDX-License-Identifier: Apache-2.0
// What text tools do to a binary frame on its way (protocol.md §6), recognised.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <optional>

namespace bgs2::sbnw {

/// The well-known corruption that explains why bytes do not decode; nothing if none does: a UTF-8 conversion,
/// an added CR/LF or LF turned into CR LF, a hex dump saved as text, PEM or DER instead of a frame.
std::optional<Error> detect_corruption(ByteView bytes);

} // namespace bgs2::sbnw
