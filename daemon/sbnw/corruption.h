// SPDX-License-Identifier: Apache-2.0
// Detects corruption of binary frames by text tools (protocol.md §6).
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <optional>

namespace bgs2::sbnw {

/// The known reason why bytes do not decode as a frame: UTF-8 conversion, CR/LF added or LF turned into CR
/// LF, a hex dump saved as text, PEM or DER instead of a frame.
std::optional<Error> detect_corruption(ByteView bytes);

} // namespace bgs2::sbnw
