// SPDX-License-Identifier: Apache-2.0
// What of a secure command may be kept where others read it. Pure.
#pragma once

#include "daemon/at/tap.h"
#include "daemon/base/bytes.h"

#include <vector>

namespace bgs2::sbnw {

/// All but the data of the private key, and of a certificate that is none. Nothing of bytes that are no
/// frame.
std::vector<at::Extent> public_part(ByteView frame);

} // namespace bgs2::sbnw
