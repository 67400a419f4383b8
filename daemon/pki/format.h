// SPDX-License-Identifier: Apache-2.0
// The forms in which certificates and keys can be sent to a modem.
#pragma once

#include "daemon/base/words.h"

namespace bgs2::pki {

/// In which form a certificate is sent. DER goes as it is under every one of them.
enum class CertificateFormat {
    der,       ///< the first certificate of the source, as DER
    pem_chain, ///< all certificates of the source as PEM, LF line ends, nothing between them (families that
               ///< take chains)
    as_is,     ///< the source's bytes, untouched
};

/// In which form a key is sent that is not DER yet; never encrypted. A key that is plain DER goes as it is.
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
