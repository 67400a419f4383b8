// SPDX-License-Identifier: Apache-2.0
// Verifies the signature of a command in secure mode (protocol.md §1, "Signed commands").
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/openssl.h"

#include <filesystem>
#include <string_view>

namespace bgs2::sim {

class SigningKey {
  public:
    /// Reads the RSA key from a PEM file with a public key, an unencrypted private key or a certificate.
    /// Throws std::runtime_error with the path if the file contains none of them.
    static SigningKey load(const std::filesystem::path& file);

    /// Whether `signature` (Base64) was made with this key: PKCS#1 v1.5 around the bare SHA-1 or SHA-256 of
    /// `content`.
    [[nodiscard]] bool verify(std::string_view signature, ByteView content) const;

  private:
    explicit SigningKey(Key key)
      : key_(std::move(key)) {}

    Key key_;
};

} // namespace bgs2::sim
