// SPDX-License-Identifier: Apache-2.0
// What certificates and keys look like from outside: their form, told from a few bytes. Pure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/words.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace bgs2::cli {

enum class DataFormat : std::uint8_t {
    pem,
    certificate, ///< X.509 DER
    pkcs8,
    encrypted_pkcs8,
    pkcs1,
    sec1,
    other,
};

consteval auto words(DataFormat) {
    using enum DataFormat;
    return EnumTable{Word{pem, "PEM"},      Word{certificate, "DER"},
                     Word{pkcs8, "PKCS#8"}, Word{encrypted_pkcs8, "encrypted PKCS#8"},
                     Word{pkcs1, "PKCS#1"}, Word{sec1, "SEC1"},
                     Word{other, "unknown"}};
}

/// Looks at the outermost tags only; nothing is checked beyond them.
DataFormat format_of(ByteView bytes);

/// The bytes that a DER value at the beginning of `bytes` says it has, its header included; nothing if
/// there is none (a length of more than 4 bytes counts as none).
std::optional<std::size_t> der_size(ByteView bytes);

} // namespace bgs2::cli
