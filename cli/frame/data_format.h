// SPDX-License-Identifier: Apache-2.0
// What certificates and keys look like from outside: their form, told from a few octets. Pure.
#pragma once

#include "daemon/base/bytes.h"

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

/// "PEM", "DER", "PKCS#8", "encrypted PKCS#8", "PKCS#1", "SEC1", "unknown".
std::string_view word(DataFormat form);

/// Looks at the outermost tags only; nothing is checked beyond them.
DataFormat format_of(ByteView octets);

/// The octets that a DER value at the beginning of `octets` says it has, its header included; nothing if
/// there is none (a length of more than 4 octets counts as none).
std::optional<std::size_t> der_size(ByteView octets);

} // namespace bgs2::cli
