// SPDX-License-Identifier: Apache-2.0
// The formats in which certificates and keys are sent to a modem.
#pragma once

#include "daemon/base/words.h"

namespace bgs2::pki {

/// The format of a certificate that is sent. DER is sent unchanged with each of them.
enum class CertificateFormat {
    der,       ///< one certificate of the source, as DER: the private key's, or else the first
    pem_chain, ///< all certificates of the source as PEM, LF line ends, nothing between them (families that
               ///< take chains)
    as_is,     ///< the source's bytes, unchanged
};

/// The format of a key that is sent and is not DER yet; never encrypted. An unencrypted DER key is sent
/// unchanged.
enum class KeyFormat {
    pkcs8,
    traditional, ///< PKCS#1 for RSA, SEC1 for EC
};

consteval auto words(CertificateFormat) {
    return EnumTable{Word{CertificateFormat::der, "der"}, Word{CertificateFormat::pem_chain, "pem-chain"},
                     Word{CertificateFormat::as_is, "as-is"}};
}

consteval auto words(KeyFormat) {
    return EnumTable{Word{KeyFormat::pkcs8, "pkcs8"}, Word{KeyFormat::traditional, "traditional"}};
}

} // namespace bgs2::pki
