// SPDX-License-Identifier: Apache-2.0
// What the module makes of the octets of a certificate or key: may it be stored, and how does it read back.
#pragma once

#include "tests/sim/octets.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2::sim {

/// What AT^SBNR tells of a certificate (protocol.md §3).
struct CertificateFacts {
    std::size_t size = 0;   ///< octets as they were sent
    std::string issuer;     ///< "/OU=Unit O=Company C=US"
    std::string serial;     ///< upper-case hex, whole octets
    std::string subject;    ///< like the issuer
    std::string signature;  ///< "sha256RSA", "sha256ECDSA"
    std::string thumbprint; ///< SHA-1 over the octets as they were sent, upper-case hex
    std::chrono::sys_seconds expires;

    bool operator==(const CertificateFacts&) const = default;
};

/// Nothing unless the octets are one DER certificate and nothing more, or, with `chains`, PEM certificates
/// (the first counts).
std::optional<CertificateFacts> facts_of(OctetView octets, bool chains);

/// SHA-1 of the DER of the (first) certificate, lower-case hex, as a thumbprint parameter has it.
std::optional<std::string> der_thumbprint(OctetView octets, bool chains);

/// Whether `octets` are one unencrypted DER private key (PKCS#8, PKCS#1 or SEC1), nothing behind it, of this
/// certificate.
bool key_suits(OctetView octets, OctetView certificate, bool chains);

} // namespace bgs2::sim
