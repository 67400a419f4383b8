// SPDX-License-Identifier: Apache-2.0
// Checks of certificates and keys, and their read-back.
#pragma once

#include "tests/sim/bytes.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2::sim {

/// The attributes of a certificate in AT^SBNR (protocol.md §3).
struct CertificateInfo {
    std::size_t size = 0;   ///< size as sent, in bytes
    std::string issuer;     ///< "/OU=Unit O=Company C=US"
    std::string serial;     ///< upper-case hex, whole bytes
    std::string subject;    ///< like the issuer
    std::string signature;  ///< "sha256RSA", "sha256ECDSA"
    std::string thumbprint; ///< SHA-1 of the bytes as sent, upper-case hex
    std::string thumbprint_sha256;
    std::chrono::sys_seconds expires;

    bool operator==(const CertificateInfo&) const = default;
};

/// Parses exactly one DER certificate or, with `chains`, PEM certificates (the first applies). Nothing for
/// other bytes.
std::optional<CertificateInfo> read_certificate(ByteView bytes, bool chains);

/// SHA-1 of the DER of the (first) certificate in lower-case hex, the format of a thumbprint parameter.
std::optional<std::string> der_thumbprint(ByteView bytes, bool chains);

/// Whether `bytes` are exactly one unencrypted DER private key (PKCS#8, PKCS#1 or SEC1) of this certificate.
bool key_matches(ByteView bytes, ByteView certificate, bool chains);

} // namespace bgs2::sim
