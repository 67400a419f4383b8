// SPDX-License-Identifier: Apache-2.0
// What text tools do to a binary frame on its way (protocol.md §6), recognised.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <optional>

namespace bgs2::sbnw {

/// Why bytes that do not decode are no frame any more, or never were one, if it is a well-known mishap:
/// UTF-8 conversion, CR/LF added or LF turned into CR LF, a hex dump saved as text, PEM or DER in place of a
/// frame.
std::optional<Error> recognise_damage(ByteView bytes);

} // namespace bgs2::sbnw
