// SPDX-License-Identifier: Apache-2.0
// A certificate, and perhaps its private key, in the form in which the modem is to get them.
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

/// The files' contents that a key_pair is made from. Names are for messages only.
struct Sources {
    ByteView certificate; ///< PEM (one or a chain), DER or PKCS#12
    std::string certificate_name;
    std::optional<ByteView> key; ///< PEM, DER, PKCS#8 (encrypted too), PKCS#1, SEC1 or PKCS#12
    std::string key_name;
    const PrivateKey* loaded_key = nullptr; ///< instead of `key`: one that a token gave away
    const Secret* passphrase = nullptr;     ///< of an encrypted key or a PKCS#12
    bool key_from_certificate =
        false; ///< without a key: take the key a PKCS#12 `certificate` holds, if it does
};

struct KeyPair {
    Bytes certificate;              ///< what is sent as the certificate
    std::vector<Certificate> chain; ///< what that holds, in order; at least one
    Secret key;                     ///< what is sent as the private key; empty if there is none
    std::optional<PrivateKey> private_key;

    /// What the modem will report of this certificate: SHA-1 over the bytes as they are sent (protocol.md
    /// §3); 40 lower-case hex digits.
    [[nodiscard]] std::string thumbprint() const;
};

/// Reads the sources and puts them into the form asked for; a key that is plain DER goes as it is, whatever
/// `key_format` says. Errors: InvalidCertificate (the certificate source is none of the known forms, holds no
/// certificate, or is a PKCS#12 whose passphrase is missing or wrong; sent as it is it would give a private
/// key away), InvalidArgument (the key can not be read, or its passphrase is missing or wrong).
Expected<KeyPair> load(const Sources& sources, CertificateFormat format, KeyFormat key_format);

} // namespace bgs2::pki
