// SPDX-License-Identifier: Apache-2.0
// An immutable X.509 certificate.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace bgs2::pki {

class PublicKey;

/// SHA-1 of `bytes`, 40 lower-case hex digits: how modems identify stored certificates (protocol.md §3).
std::string sha1_hex(ByteView bytes);

/// The SHA-256 digest in lower-case hex. Throws Exception: Failed.
std::string sha256_hex(ByteView bytes);

/// Copies share one certificate.
class Certificate {
  public:
    /// `der` contains one certificate and nothing else; `name` is for messages. Errors: InvalidCertificate.
    static Expected<Certificate> from_der(ByteView der, std::string_view name = "the certificate");

    [[nodiscard]] ByteView der() const; ///< the bytes it was read from; valid as long as a copy of this lives
    [[nodiscard]] std::string
    subject() const; ///< as in RFC 2253, most specific part first, UTF-8: "CN=Gateway,O=Example"
    [[nodiscard]] std::string issuer() const;                  ///< in the form of subject()
    [[nodiscard]] std::string serial() const;                  ///< upper-case hex, two digits a byte
    [[nodiscard]] std::chrono::sys_seconds not_before() const; ///< first second at which it is valid
    [[nodiscard]] std::chrono::sys_seconds not_after() const;  ///< last second at which it is valid
    [[nodiscard]] bool is_ca() const;                          ///< it can sign other certificates
    [[nodiscard]] std::string
    signature_algorithm() const;                   ///< "sha256WithRSAEncryption"; a dotted OID if unknown
    [[nodiscard]] std::string fingerprint() const; ///< sha1_hex of der()

    /// Whether `issuer` has the issuer's name, its key usage allows signing, and the signature is valid.
    [[nodiscard]] bool is_issued_by(const Certificate& issuer) const;

    /// Errors: InvalidCertificate (a type of key that OpenSSL does not support).
    [[nodiscard]] Expected<PublicKey> public_key() const;

    bool operator==(const Certificate& other) const; ///< same DER

  private:
    struct Content;
    explicit Certificate(std::shared_ptr<const Content> content);
    std::shared_ptr<const Content> content_;
};

} // namespace bgs2::pki
