// SPDX-License-Identifier: Apache-2.0
// Signs secure commands: with a key in memory or on a token.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/pki/private_key.h"

namespace bgs2::pki {

class Signer : Immovable {
  public:
    virtual ~Signer() = default;

    /// The key that verifies its signatures.
    [[nodiscard]] virtual PublicKey public_key() const = 0;

    /// RSA with PKCS#1 v1.5 padding of block type 1 around `digest` as it is, without a DigestInfo
    /// (protocol.md §1, "Signed commands"); as long as the modulus. May block as long as a token does.
    /// Errors: InvalidArgument (not an RSA key), Failed (an error of OpenSSL or the token).
    [[nodiscard]] virtual Expected<Bytes> sign(ByteView digest) const = 0;
};

/// Secure commands are signed with RSA. Errors: InvalidArgument (another kind of key).
Expected<void> require_rsa(KeyKind kind);

/// Signs with a key in memory.
class KeySigner final : public Signer {
  public:
    explicit KeySigner(PrivateKey key);

    [[nodiscard]] PublicKey public_key() const override;
    [[nodiscard]] Expected<Bytes> sign(ByteView digest) const override;

  private:
    PrivateKey key_;
};

} // namespace bgs2::pki
