// SPDX-License-Identifier: Apache-2.0
// The cost of deriving a key from a passphrase, which the file itself determines.
#pragma once

#include "daemon/base/error.h"

#include <openssl/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::pki {

/// A limit of bgs2d, not of a standard: about 4 s of a fast processor, while other modems wait. Tools use
/// 2,048 to 1,000,000.
inline constexpr std::uint64_t max_derivation_rounds = 10'000'000;

/// OpenSSL's own limit of the memory for scrypt, in bytes.
inline constexpr std::uint64_t max_scrypt_memory = std::uint64_t{32} * 1024 * 1024;

/// Adds up the rounds for one file before they are computed.
class DerivationCost {
  public:
    /// Adds those of an encryption or MAC algorithm: iterations (PBES1, PKCS#12, PBKDF2; RFC 8018), or
    /// N * r * p (scrypt, RFC 7914). Nothing for algorithms without a derivation.
    void add(const X509_ALGOR& algorithm);
    void add_rounds(std::uint64_t rounds);

    /// The error if a limit is exceeded; `again` is the command that encrypts the file again.
    [[nodiscard]] std::optional<Error> excess(std::string_view name, ErrorCode code,
                                              const std::string& again) const;

  private:
    std::uint64_t rounds_ = 0;
    std::uint64_t memory_ = 0; ///< bytes, of the largest scrypt
};

} // namespace bgs2::pki
