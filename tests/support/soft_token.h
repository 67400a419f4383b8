// SPDX-License-Identifier: Apache-2.0
// A PKCS#11 token in software (SoftHSM2) in a temporary directory.
#pragma once

#include "daemon/pki/private_key.h"
#include "tests/support/identity.h"
#include "tests/support/temporary_directory.h"

#include <string>
#include <string_view>

namespace bgs2::test {

/// At most one per test program: SoftHSM2 reads its configuration once, when it is loaded.
class SoftToken {
  public:
    static constexpr std::string_view module = "/usr/lib/softhsm/libsofthsm2.so";
    static constexpr std::string_view pin = "1234";

    /// Creates the token "gateway" and sets SOFTHSM2_CONF. Throws std::runtime_error.
    SoftToken();

    /// Adds another token with the same PIN.
    void add_token(const std::string& label) const;

    /// Imports a key that cannot be extracted. `id` in hex.
    void import(const Identity& identity, const std::string& label, const std::string& id) const;

    /// Adds an extractable key, RSA or EC.
    void add_extractable(const pki::PrivateKey& key, const std::string& label) const;

    /// The URI of a key on the token "gateway", with the module's path.
    [[nodiscard]] static std::string uri(std::string_view attributes) {
        return "pkcs11:token=gateway;" + std::string(attributes) + "?module-path=" + std::string(module);
    }

    [[nodiscard]] const TemporaryDirectory& folder() const { return folder_; }

  private:
    TemporaryDirectory folder_;
};

} // namespace bgs2::test
