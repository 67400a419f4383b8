// SPDX-License-Identifier: Apache-2.0
// A frame that somebody hands over, taken apart.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/sbnw/frame.h"

namespace bgs2::cli {

/// A view into `bytes`. Throws Failure (exit code 1) if they are no sound frame, which names the offset, the
/// field and, if one explains it, the well-known mistake (mistake.h).
sbnw::Frame decode_frame(ByteView bytes);

} // namespace bgs2::cli
