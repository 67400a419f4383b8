// SPDX-License-Identifier: Apache-2.0
// Asymmetric keys: the private key for slot 0 or for signing secure
// commands, the public key for verifying them.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/words.h"
#include "daemon/pki/format.h"
#include "daemon/pki/secret.h"

#include <openssl/types.h>

#include <memory>

namespace bgs2::pki {

class Certificate;

enum class KeyKind {
    rsa,
    ec,
    other, ///< Ed25519, DSA, RSA-PSS ...
};

consteval auto words(KeyKind) {
    return EnumTable{Word{KeyKind::rsa, "RSA"}, Word{KeyKind::ec, "EC"}, Word{KeyKind::other, "other"}};
}

/// Copies share one key.
class PublicKey {
  public:
    explicit PublicKey(std::shared_ptr<EVP_PKEY> key); ///< `key` is not null

    [[nodiscard]] KeyKind kind() const;
    [[nodiscard]] int bits() const;         ///< of the modulus (RSA) or the curve's order (EC)
    [[nodiscard]] EVP_PKEY* native() const; ///< never null; valid as long as a copy of this lives

    /// SHA-256 of its SubjectPublicKeyInfo (RFC 5280), in lower-case hex: tells keys apart without revealing
    /// anything about the private half. Throws Exception: Failed.
    [[nodiscard]] std::string fingerprint() const;

    bool operator==(const PublicKey& other) const; ///< the same key, in whatever format it was stored

  private:
    std::shared_ptr<EVP_PKEY> key_;
};

/// Copies share one key, which is destroyed with the last copy.
class PrivateKey {
  public:
    explicit PrivateKey(std::shared_ptr<EVP_PKEY> key); ///< `key` is not null and has its private half

    [[nodiscard]] KeyKind kind() const;
    [[nodiscard]] int bits() const;         ///< of the modulus (RSA) or the curve's order (EC)
    [[nodiscard]] EVP_PKEY* native() const; ///< never null; valid as long as a copy of this lives
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] bool matches(const Certificate& certificate) const; ///< the certificate belongs to this key

    /// As DER, in secure memory only. Errors: InvalidArgument (a type of key without this format).
    [[nodiscard]] Expected<Secret> to_der(KeyFormat format) const;

  private:
    std::shared_ptr<EVP_PKEY> key_;
};

} // namespace bgs2::pki
