// SPDX-License-Identifier: Apache-2.0
// Bytes for tests: written as hex, read from files.
#pragma once

#include "daemon/base/bytes.h"

#include <filesystem>
#include <string_view>

namespace bgs2::test {

/// "0c 00 | 03 00" as bytes; all that is not a hex digit is for the reader's eye.
Bytes from_hex(std::string_view text);

/// One behind the other.
Bytes operator+(Bytes left, ByteView right);

/// The whole file; the test fails where it cannot be read.
Bytes read_whole(const std::filesystem::path& path);

} // namespace bgs2::test
