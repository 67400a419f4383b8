// SPDX-License-Identifier: Apache-2.0
// Asymmetric keys: the private one that goes into slot 0 or signs secure commands, the public one that checks
// them.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/words.h"
#include "daemon/pki/format.h"
#include "daemon/pki/secret.h"

#include <openssl/types.h>

#include <memory>
#include <string_view>

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

    bool operator==(const PublicKey& other) const; ///< the same key, however it is stored

  private:
    std::shared_ptr<EVP_PKEY> key_;
};

/// Copies share one key, which goes with the last of them.
class PrivateKey {
  public:
    explicit PrivateKey(std::shared_ptr<EVP_PKEY> key); ///< `key` is not null and has its private half

    [[nodiscard]] KeyKind kind() const;
    [[nodiscard]] int bits() const;         ///< of the modulus (RSA) or the curve's order (EC)
    [[nodiscard]] EVP_PKEY* native() const; ///< never null; valid as long as a copy of this lives
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] bool matches(const Certificate& certificate) const; ///< the certificate is for this key

    /// As DER, in secure memory only. Errors: InvalidArgument (a kind of key that has no such form).
    [[nodiscard]] Expected<Secret> to_der(KeyFormat format) const;

  private:
    std::shared_ptr<EVP_PKEY> key_;
};

/// Reads the first private key of a file's bytes. PEM (other blocks and text around it are skipped) or DER;
/// PKCS#8, PKCS#1, SEC1, encrypted or not, or PKCS#12. `name` is for messages. Nobody is asked for a
/// passphrase, ever. Errors: InvalidArgument (none of these, no key in it, passphrase missing or wrong).
Expected<PrivateKey> load_private_key(ByteView bytes, std::string_view name,
                                      const Secret* passphrase = nullptr);

/// Reads the public key that a file's bytes hold: as such, or in a certificate, or as half of a private key;
/// PEM or DER. Errors: InvalidArgument.
Expected<PublicKey> load_public_key(ByteView bytes, std::string_view name,
                                    const Secret* passphrase = nullptr);

} // namespace bgs2::pki
