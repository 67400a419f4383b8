// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/private_key.h"

#include "daemon/pki/certificate.h"
#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace bgs2::pki {

namespace {

KeyKind kind_of(const EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "RSA") == 1)
        return KeyKind::rsa;
    return EVP_PKEY_is_a(key, "EC") == 1 ? KeyKind::ec : KeyKind::other;
}

bool same(const EVP_PKEY* one, const EVP_PKEY* other) {
    const int equal = EVP_PKEY_eq(one, other);
    if (equal != 1)
        take_openssl_error(); // OpenSSL reports an error for keys of different types; here they just differ
    return equal == 1;
}

} // namespace

PublicKey::PublicKey(std::shared_ptr<EVP_PKEY> key)
  : key_(std::move(key)) {}

KeyKind PublicKey::kind() const {
    return kind_of(key_.get());
}

int PublicKey::bits() const {
    return EVP_PKEY_get_bits(key_.get());
}

EVP_PKEY* PublicKey::native() const {
    return key_.get();
}

std::string PublicKey::fingerprint() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(native(), &der);
    if (size <= 0)
        throw Exception(
            Error{ErrorCode::failed, "cannot encode the public key: " + take_openssl_error().reason, ""});
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(
        der, [](unsigned char* bytes) { OPENSSL_free(bytes); });
    return sha256_hex(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
}

bool PublicKey::operator==(const PublicKey& other) const {
    return same(native(), other.native());
}

PrivateKey::PrivateKey(std::shared_ptr<EVP_PKEY> key)
  : key_(std::move(key)) {}

KeyKind PrivateKey::kind() const {
    return kind_of(key_.get());
}

int PrivateKey::bits() const {
    return EVP_PKEY_get_bits(key_.get());
}

EVP_PKEY* PrivateKey::native() const {
    return key_.get();
}

PublicKey PrivateKey::public_key() const {
    return PublicKey(key_);
}

bool PrivateKey::matches(const Certificate& certificate) const {
    const auto certified = certificate.public_key();
    return certified && *certified == public_key();
}

Expected<Secret> PrivateKey::to_der(KeyFormat format) const {
    const char* structure = format == KeyFormat::pkcs8 ? "PrivateKeyInfo" : "type-specific";
    const EncoderPtr encoder = allocated(
        EncoderPtr(OSSL_ENCODER_CTX_new_for_pkey(native(), EVP_PKEY_KEYPAIR, "DER", structure, nullptr)));
    const BioPtr sink = allocated(BioPtr(BIO_new(BIO_s_secmem())));
    if (OSSL_ENCODER_CTX_get_num_encoders(encoder.get()) == 0 ||
        OSSL_ENCODER_to_bio(encoder.get(), sink.get()) != 1) {
        const char* name = EVP_PKEY_get0_type_name(native());
        return fail(ErrorCode::invalid_argument,
                    fmt::format("cannot write a private key of the type {} as {}: {}",
                                name != nullptr ? name : "unknown", word(format),
                                take_openssl_error().reason),
                    "use an RSA key, or the key format pkcs8");
    }
    char* start = nullptr;
    const long length = BIO_get_mem_data(sink.get(), &start);
    return Secret::copy_of(as_bytes({start, static_cast<std::size_t>(length)}));
}

} // namespace bgs2::pki
