// SPDX-License-Identifier: Apache-2.0
// Test identities: a key and its certificate in all file formats. OpenSSL writes them, not the code under
// test.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/pki/certificate.h"
#include "daemon/pki/private_key.h"

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace bgs2::test {

enum class Algorithm { rsa2048, rsa3072, rsa_pss, ec_p256, ed25519 };

class Identity;

struct IdentityRequest {
    std::string common_name = "Test";
    Algorithm algorithm = Algorithm::ec_p256; ///< making an RSA key takes 0.1 s or more
    std::chrono::sys_seconds not_before = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
    std::chrono::sys_seconds not_after = std::chrono::sys_days{std::chrono::year{2049} / 12 / 31};
    bool ca = false;
    const Identity* issuer = nullptr; ///< null: self-signed
    const char* digest = "SHA256";    ///< ignored for Ed25519
    std::uint64_t serial = 0x4be109b8;
};

/// Throws std::runtime_error if OpenSSL reports an error.
class Identity {
  public:
    static Identity make(const IdentityRequest& request);

    [[nodiscard]] pki::Certificate certificate() const;
    [[nodiscard]] pki::PrivateKey key() const { return pki::PrivateKey(key_); }

    [[nodiscard]] Bytes certificate_der() const;
    [[nodiscard]] std::string certificate_pem() const;
    [[nodiscard]] std::string
    trusted_pem() const; ///< "TRUSTED CERTIFICATE", with trust settings after the certificate
    [[nodiscard]] Bytes request_der() const; ///< PKCS#10
    [[nodiscard]] std::string request_pem() const;

    [[nodiscard]] Bytes pkcs8_der() const;
    [[nodiscard]] std::string pkcs8_pem() const;
    [[nodiscard]] Bytes traditional_der() const; ///< PKCS#1 or SEC1
    [[nodiscard]] std::string traditional_pem() const;
    [[nodiscard]] Bytes encrypted_der(const std::string& passphrase) const; ///< PKCS#8
    [[nodiscard]] std::string encrypted_pem(const std::string& passphrase) const;
    [[nodiscard]] std::string old_encrypted_pem(const std::string& passphrase) const; ///< with "Proc-Type"
    [[nodiscard]] Bytes public_der() const;
    [[nodiscard]] std::string public_pem() const;

    struct Pkcs12Request {
        std::string passphrase{};
        std::vector<pki::Certificate> others{}; ///< issuers, in this order
        bool with_key = true;
        bool with_certificate = true;
    };
    [[nodiscard]] Bytes pkcs12(const Pkcs12Request& request) const;

  private:
    Identity(std::shared_ptr<EVP_PKEY> key, std::shared_ptr<X509> certificate);
    std::shared_ptr<EVP_PKEY> key_;
    std::shared_ptr<X509> certificate_;
};

} // namespace bgs2::test
