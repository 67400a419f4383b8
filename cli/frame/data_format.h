// SPDX-License-Identifier: Apache-2.0
// Detects the format of certificates and keys from a few bytes. Pure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/words.h"

#include <cstdint>
#include <optional>

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

/// Reads the outermost tags only, and validates nothing else.
DataFormat format_of(ByteView bytes);

/// The announced size of the DER value at the beginning of `bytes`, its header included; nothing if there is
/// no such value, or its length has more than 4 bytes.
std::optional<std::size_t> der_size(ByteView bytes);

} // namespace bgs2::cli
