// SPDX-License-Identifier: Apache-2.0
// Formats annotated fields as a hex dump. Pure.
#pragma once

#include "cli/frame/annotate.h"
#include "daemon/base/bytes.h"

#include <span>
#include <string>

namespace bgs2::cli {

/// Four columns: offset (hex), eight bytes, field, meaning; a blank line before each parameter. The bytes of
/// a hidden field are "..". Unless `full`, a long field shows its first and last lines only. The offsets of
/// the fields refer to `bytes`.
std::string hex_dump(ByteView bytes, std::span<const Field> fields, bool full);

} // namespace bgs2::cli
