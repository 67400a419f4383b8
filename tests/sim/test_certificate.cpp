// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/test_certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <stdexcept>

namespace bgs2::sim {
namespace {

void require(bool success, const char* what) {
    if (!success)
        throw std::runtime_error(what);
}

void append(Bytes& bytes, std::size_t number) {
    bytes.push_back(static_cast<std::uint8_t>(number & 0xff));
    bytes.push_back(static_cast<std::uint8_t>(number >> 8));
}

} // namespace

TestIdentity test_identity(const std::string& name) {
    TestIdentity identity;
    identity.key.reset(EVP_EC_gen("P-256"));
    const X509Certificate certificate(X509_new());
    auto* subject = X509_get_subject_name(certificate.get());
    const auto add = [&](const char* field, const std::string& value) {
        require(X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, bytes_of(value).data(),
                                           static_cast<int>(value.size()), -1, 0) == 1,
                "name");
    };
    add("O", "Test");
    add("CN", name);
    require(X509_set_issuer_name(certificate.get(), subject) == 1, "issuer");
    require(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 0x4BE109B8) == 1, "serial");
    require(ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20200101000000Z") == 1,
            "not before");
    require(ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "20491231235958Z") == 1, "not after");
    require(X509_set_pubkey(certificate.get(), identity.key.get()) == 1, "key");
    require(X509_sign(certificate.get(), identity.key.get(), EVP_sha256()) > 0, "signature");

    unsigned char* der = nullptr;
    const auto size = i2d_X509(certificate.get(), &der);
    require(size > 0, "DER");
    identity.certificate.assign(der, der + size);
    OPENSSL_free(der);

    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>> info(
        EVP_PKEY2PKCS8(identity.key.get()));
    unsigned char* key_der = nullptr;
    const auto key_size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &key_der);
    require(key_size > 0, "PKCS#8");
    identity.private_key.assign(key_der, key_der + key_size);
    OPENSSL_free(key_der);
    return identity;
}

Bytes pem(const TestIdentity& identity) {
    const auto* cursor = identity.certificate.data();
    const X509Certificate certificate(
        d2i_X509(nullptr, &cursor, static_cast<long>(identity.certificate.size())));
    const Bio memory(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(memory.get(), certificate.get()) == 1, "PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return {text, text + size};
}

Bytes parameter(std::uint16_t id, ByteView content) {
    Bytes bytes;
    append(bytes, content.size() + 4);
    append(bytes, id);
    bytes.insert(bytes.end(), content.begin(), content.end());
    return bytes;
}

Bytes slot_parameter(std::uint16_t slot) {
    Bytes content;
    append(content, slot);
    return parameter(1, content);
}

Bytes text_parameter(std::uint16_t id, const std::string& text) {
    Bytes content(text.begin(), text.end());
    content.push_back(0);
    return parameter(id, content);
}

Bytes frame(std::uint16_t command, const std::vector<Bytes>& parameters) {
    Bytes body;
    append(body, command);
    append(body, parameters.size());
    for (const auto& part : parameters)
        body.insert(body.end(), part.begin(), part.end());
    Bytes whole;
    append(whole, body.size() + 2);
    whole.insert(whole.end(), body.begin(), body.end());
    return whole;
}

} // namespace bgs2::sim
