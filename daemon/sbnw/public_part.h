// SPDX-License-Identifier: Apache-2.0
// The parts of a secure command that are not secret. Pure.
#pragma once

#include "daemon/at/tap.h"
#include "daemon/base/bytes.h"

#include <vector>

namespace bgs2::sbnw {

/// Returns all parts of the frame except the data of the private key, and of a certificate parameter that is
/// not a certificate. Returns nothing if the bytes are not a frame.
std::vector<at::Extent> public_part(ByteView frame);

} // namespace bgs2::sbnw
