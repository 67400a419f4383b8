// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 §4), as it occurs in files.
#pragma once

#include "daemon/pki/secret.h"

#include <cstddef>
#include <expected>
#include <string_view>

namespace bgs2::pki {

/// Decodes Base64, skipping blanks and line ends. Error: the offset of the first character that is not
/// Base64; the size of `text` if padding or characters are missing at its end.
std::expected<Secret, std::size_t> decode_base64(std::string_view text);

} // namespace bgs2::pki
