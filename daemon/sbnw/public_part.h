// SPDX-License-Identifier: Apache-2.0
// The parts of a secure command that are not secret. Pure.
#pragma once

#include "daemon/at/tap.h"
#include "daemon/base/bytes.h"

#include <vector>

namespace bgs2::sbnw {

/// All except the data of the private key, and of a certificate parameter that is not a certificate. Nothing
/// of bytes that are not a frame.
std::vector<at::Extent> public_part(ByteView frame);

} // namespace bgs2::sbnw
