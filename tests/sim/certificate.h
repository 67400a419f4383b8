// SPDX-License-Identifier: Apache-2.0
// What the module makes of the bytes of a certificate or key: may it be stored, and how does it read back.
#pragma once

#include "tests/sim/bytes.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2::sim {

/// What AT^SBNR tells of a certificate (protocol.md §3).
struct CertificateFacts {
    std::size_t size = 0;   ///< bytes as they were sent
    std::string issuer;     ///< "/OU=Unit O=Company C=US"
    std::string serial;     ///< upper-case hex, whole bytes
    std::string subject;    ///< like the issuer
    std::string signature;  ///< "sha256RSA", "sha256ECDSA"
    std::string thumbprint; ///< SHA-1 over the bytes as they were sent, upper-case hex
    std::chrono::sys_seconds expires;

    bool operator==(const CertificateFacts&) const = default;
};

/// Nothing unless the bytes are one DER certificate and nothing more, or, with `chains`, PEM certificates
/// (the first counts).
std::optional<CertificateFacts> facts_of(ByteView bytes, bool chains);

/// SHA-1 of the DER of the (first) certificate, lower-case hex, as a thumbprint parameter has it.
std::optional<std::string> der_thumbprint(ByteView bytes, bool chains);

/// Whether `bytes` are one unencrypted DER private key (PKCS#8, PKCS#1 or SEC1), nothing behind it, of this
/// certificate.
bool key_suits(ByteView bytes, ByteView certificate, bool chains);

} // namespace bgs2::sim
