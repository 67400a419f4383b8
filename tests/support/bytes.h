// SPDX-License-Identifier: Apache-2.0
// Bytes from hex text or files.
#pragma once

#include "daemon/base/bytes.h"

#include <filesystem>
#include <string_view>

namespace bgs2::test {

/// The bytes of a text such as "0c 00 | 03 00". Ignores all characters except hex digits.
Bytes from_hex(std::string_view text);

/// Concatenates both.
Bytes operator+(Bytes left, ByteView right);

/// The whole file. Throws std::runtime_error if it cannot be read.
Bytes read_whole(const std::filesystem::path& path);

} // namespace bgs2::test
