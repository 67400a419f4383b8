// SPDX-License-Identifier: Apache-2.0
// The forms in which certificates and keys can be sent to a modem.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace bgs2::pki {

/// In which form a certificate is sent. DER goes as it is under every one of them.
enum class CertificateFormat {
    der,       ///< the first certificate of the source, as DER
    pem_chain, ///< all certificates of the source as PEM, LF line ends, nothing between them (families that
               ///< take chains)
    as_is,     ///< the source's octets, untouched
};

/// In which form a key is sent that is not DER yet; never encrypted. A key that is plain DER goes as it is.
enum class KeyFormat {
    pkcs8,
    traditional, ///< PKCS#1 for RSA, SEC1 for EC
};

inline constexpr std::array certificate_formats{CertificateFormat::der, CertificateFormat::pem_chain,
                                                CertificateFormat::as_is};
inline constexpr std::array key_formats{KeyFormat::pkcs8, KeyFormat::traditional};

/// "der", "pem-chain", "as-is"; "pkcs8", "traditional".
std::string_view word(CertificateFormat format);
std::string_view word(KeyFormat format);
std::optional<CertificateFormat> certificate_format(std::string_view word);
std::optional<KeyFormat> key_format(std::string_view word);

} // namespace bgs2::pki
