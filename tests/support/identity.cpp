// SPDX-License-Identifier: Apache-2.0
#include "tests/support/identity.h"

#include "daemon/pki/openssl.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <functional>
#include <stdexcept>
#include <utility>

namespace bgs2::test {

namespace {

using pki::allocated;
using pki::BioPtr;
using pki::Freer;

void check(bool success) {
    if (!success)
        throw std::runtime_error("OpenSSL: " + pki::take_openssl_error().reason);
}

std::string written(const std::function<int(BIO*)>& write) {
    const BioPtr sink = allocated(BioPtr(BIO_new(BIO_s_mem())));
    check(write(sink.get()) > 0);
    char* start = nullptr;
    const long length = BIO_get_mem_data(sink.get(), &start);
    return {start, static_cast<std::size_t>(length)};
}

Bytes written_bytes(const std::function<int(BIO*)>& write) {
    const std::string text = written(write);
    const ByteView bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

EVP_PKEY* generated(Algorithm algorithm) {
    switch (algorithm) {
    case Algorithm::rsa2048:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
    case Algorithm::rsa3072:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{3072});
    case Algorithm::rsa_pss: {
        const std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>> context(
            EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr));
        EVP_PKEY* key = nullptr;
        check(EVP_PKEY_keygen_init(context.get()) > 0 && EVP_PKEY_generate(context.get(), &key) > 0);
        return key;
    }
    case Algorithm::ec_p256:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    case Algorithm::ed25519:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    }
    return nullptr;
}

void set_time(ASN1_TIME* field, std::chrono::sys_seconds time) {
    check(ASN1_TIME_set(field, time.time_since_epoch().count()) != nullptr);
}

void add_extension(X509* certificate, int nid, const char* value) {
    const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
    check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

const EVP_MD* digest_for(const EVP_PKEY* key, const char* name) {
    return EVP_PKEY_is_a(key, "ED25519") == 1 ? nullptr : EVP_get_digestbyname(name);
}

} // namespace

Identity::Identity(std::shared_ptr<EVP_PKEY> key, std::shared_ptr<X509> certificate)
  : key_(std::move(key))
  , certificate_(std::move(certificate)) {}

Identity Identity::make(const IdentityRequest& request) {
    const std::shared_ptr<EVP_PKEY> key(generated(request.algorithm), Freer<EVP_PKEY_free>());
    const std::shared_ptr<X509> certificate(allocated(pki::X509Ptr(X509_new())));
    check(key != nullptr);
    X509* x509 = certificate.get();
    check(X509_set_version(x509, X509_VERSION_3) == 1);
    check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), request.serial) == 1);
    set_time(X509_getm_notBefore(x509), request.not_before);
    set_time(X509_getm_notAfter(x509), request.not_after);
    check(X509_set_pubkey(x509, key.get()) == 1);
    X509_NAME* subject = X509_get_subject_name(x509);
    const auto name = [&](const char* field, const std::string& value) {
        check(X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(value.data()),
                                         static_cast<int>(value.size()), -1, 0) == 1);
    };
    name("O", "Example");
    name("CN", request.common_name);
    check(X509_set_issuer_name(x509, request.issuer != nullptr
                                         ? X509_get_subject_name(request.issuer->certificate_.get())
                                         : subject) == 1);
    add_extension(x509, NID_basic_constraints, request.ca ? "critical,CA:TRUE" : "CA:FALSE");
    EVP_PKEY* signer = request.issuer != nullptr ? request.issuer->key_.get() : key.get();
    check(X509_sign(x509, signer, digest_for(signer, request.digest)) > 0);
    return {key, certificate};
}

pki::Certificate Identity::certificate() const {
    return value_or_throw(pki::Certificate::from_der(certificate_der()));
}

Bytes Identity::certificate_der() const {
    return written_bytes([&](BIO* sink) { return i2d_X509_bio(sink, certificate_.get()); });
}

std::string Identity::certificate_pem() const {
    return written([&](BIO* sink) { return PEM_write_bio_X509(sink, certificate_.get()); });
}

std::string Identity::trusted_pem() const {
    const pki::X509Ptr copy = allocated(pki::X509Ptr(X509_dup(certificate_.get())));
    check(X509_add1_trust_object(copy.get(), OBJ_nid2obj(NID_server_auth)) == 1);
    return written([&](BIO* sink) { return PEM_write_bio_X509_AUX(sink, copy.get()); });
}

Bytes Identity::request_der() const {
    const pki::RequestPtr request(
        X509_to_X509_REQ(certificate_.get(), key_.get(), digest_for(key_.get(), "SHA256")));
    check(request != nullptr);
    return written_bytes([&](BIO* sink) { return i2d_X509_REQ_bio(sink, request.get()); });
}

std::string Identity::request_pem() const {
    const pki::RequestPtr request(
        X509_to_X509_REQ(certificate_.get(), key_.get(), digest_for(key_.get(), "SHA256")));
    check(request != nullptr);
    return written([&](BIO* sink) { return PEM_write_bio_X509_REQ(sink, request.get()); });
}

Bytes Identity::pkcs8_der() const {
    return written_bytes([&](BIO* sink) {
        return i2d_PKCS8PrivateKey_bio(sink, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string Identity::pkcs8_pem() const {
    return written([&](BIO* sink) {
        return PEM_write_bio_PKCS8PrivateKey(sink, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

Bytes Identity::traditional_der() const {
    return written_bytes([&](BIO* sink) { return i2d_PrivateKey_bio(sink, key_.get()); });
}

std::string Identity::traditional_pem() const {
    return written([&](BIO* sink) {
        return PEM_write_bio_PrivateKey_traditional(sink, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

Bytes Identity::encrypted_der(const std::string& passphrase) const {
    return written_bytes([&](BIO* sink) {
        return i2d_PKCS8PrivateKey_bio(sink, key_.get(), EVP_aes_256_cbc(), passphrase.data(),
                                       static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
}

std::string Identity::encrypted_pem(const std::string& passphrase) const {
    return written([&](BIO* sink) {
        return PEM_write_bio_PKCS8PrivateKey(sink, key_.get(), EVP_aes_256_cbc(), passphrase.data(),
                                             static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
}

std::string Identity::old_encrypted_pem(const std::string& passphrase) const {
    return written([&](BIO* sink) {
        return PEM_write_bio_PrivateKey_traditional(sink, key_.get(), EVP_aes_128_cbc(),
                                                    reinterpret_cast<const unsigned char*>(passphrase.data()),
                                                    static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
}

Bytes Identity::public_der() const {
    return written_bytes([&](BIO* sink) { return i2d_PUBKEY_bio(sink, key_.get()); });
}

std::string Identity::public_pem() const {
    return written([&](BIO* sink) { return PEM_write_bio_PUBKEY(sink, key_.get()); });
}

Bytes Identity::pkcs12(const Pkcs12Request& request) const {
    const pki::X509StackPtr others = allocated(pki::X509StackPtr(sk_X509_new_null()));
    for (const pki::Certificate& other : request.others) {
        const unsigned char* position = pki::bytes_of(other.der());
        pki::X509Ptr x509(d2i_X509(nullptr, &position, static_cast<long>(other.der().size())));
        check(x509 != nullptr && sk_X509_push(others.get(), x509.get()) > 0);
        std::ignore = x509.release(); // the stack owns it
    }
    const pki::Pkcs12Ptr store(
        PKCS12_create(request.passphrase.c_str(), "test", request.with_key ? key_.get() : nullptr,
                      request.with_certificate ? certificate_.get() : nullptr, others.get(), 0, 0, 0, 0, 0));
    check(store != nullptr);
    return written_bytes([&](BIO* sink) { return i2d_PKCS12_bio(sink, store.get()); });
}

} // namespace bgs2::test
