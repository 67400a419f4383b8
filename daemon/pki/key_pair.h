// SPDX-License-Identifier: Apache-2.0
// A certificate and optionally its private key, in the format that is
// sent to the modem.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/certificate.h"
#include "daemon/pki/format.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/secret.h"

#include <optional>
#include <string>
#include <vector>

namespace bgs2::pki {

/// The contents of the source files of a key pair. Names are for messages only.
struct Sources {
    ByteView certificate; ///< PEM (one or a chain), DER or PKCS#12
    std::string certificate_name;
    std::optional<ByteView> key; ///< PEM, DER, PKCS#8 (encrypted too), PKCS#1, SEC1 or PKCS#12
    std::string key_name;
    const PrivateKey* loaded_key = nullptr; ///< instead of `key`: a key exported by a token
    const Secret* passphrase = nullptr;     ///< of encrypted keys or a PKCS#12
    bool key_from_certificate = false;      ///< without a key: use the key in a PKCS#12 `certificate`, if any
};

struct KeyPair {
    Bytes certificate;              ///< the bytes sent as the certificate
    std::vector<Certificate> chain; ///< its certificates, in order; at least one
    std::vector<Error> warnings; ///< about the sources: certificates that are left out; without their names
    Secret key;                  ///< the bytes sent as the private key; empty if there is none
    std::optional<PrivateKey> private_key;

    /// The thumbprint that the modem will report: SHA-1 of the bytes as sent (protocol.md §3); 40 lower-case
    /// hex digits.
    [[nodiscard]] std::string thumbprint() const;
};

/// Reads the sources and converts them to the requested formats; an unencrypted DER key stays unchanged with
/// any `key_format`. Of several certificates, the first that belongs to a key comes first, then its issuers,
/// each after the one that it signed, then the others; without such a key all stay in their order. The format
/// der takes the first of these, and a warning names the others, except issuers of a certificate that was
/// found by its key. Of several keys, the one that belongs to the certificate is taken. Errors:
/// InvalidCertificate (the certificate source has an unknown format, contains no certificate, is a PKCS#12
/// whose passphrase is missing or wrong, or would disclose a private key if sent as-is), InvalidArgument (the
/// key cannot be read, or its passphrase is missing or wrong).
Expected<KeyPair> load(const Sources& sources, CertificateFormat format, KeyFormat key_format);

} // namespace bgs2::pki
