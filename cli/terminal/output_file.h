// SPDX-License-Identifier: Apache-2.0
// Files that hold secrets, written so that nobody else ever can read them, nor half of them.
#pragma once

#include "daemon/base/bytes.h"

#include <string>

namespace bgs2::cli {

/// Replaces the file at `path` by one with these octets, mode 0600, at once (a file beside it is renamed). A
/// symbolic link is followed. Throws Failure; the old file is as it was then. What is there and no regular
/// file (a modem's port, say) is refused.
void write_private_file(const std::string& path, ByteView octets);

} // namespace bgs2::cli
