// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/certificate.h"

#include "tests/sim/openssl.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <ctime>

namespace bgs2::sim {
namespace {

X509Certificate from_der(ByteView bytes) {
    const auto* cursor = bytes.data();
    X509Certificate certificate(d2i_X509(nullptr, &cursor, static_cast<long>(bytes.size())));
    const bool complete = certificate && cursor == bytes.data() + bytes.size();
    ERR_clear_error();
    return complete ? std::move(certificate) : nullptr;
}

X509Certificate from_pem(ByteView bytes) {
    const Bio memory(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    X509Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate;
}

X509Certificate parse(ByteView bytes, bool chains) {
    auto certificate = from_der(bytes);
    return certificate || !chains ? std::move(certificate) : from_pem(bytes);
}

std::string utf8(const ASN1_STRING* text) {
    unsigned char* converted = nullptr;
    const auto size = ASN1_STRING_to_UTF8(&converted, text);
    if (size < 0)
        return {};
    const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> owner(
        converted);
    return std::string(text_of({converted, static_cast<std::size_t>(size)}));
}

std::string name_text(const X509_NAME* name) {
    std::string text;
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const auto* entry = X509_NAME_get_entry(name, i);
        text += text.empty() ? "/" : " ";
        text += OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
        text += "=" + utf8(X509_NAME_ENTRY_get_data(entry));
    }
    return text;
}

std::string serial_text(const X509* certificate) {
    const BigNumber number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.data());
    return bytes.empty() ? "00" : hex_upper(bytes);
}

std::string signature_text(const X509* certificate) {
    const auto algorithm = X509_get_signature_nid(certificate);
    int digest = NID_undef;
    int key = NID_undef;
    if (OBJ_find_sigid_algs(algorithm, &digest, &key) != 1 || digest == NID_undef)
        return OBJ_nid2sn(algorithm);
    std::string text;
    for (const char c : std::string_view(OBJ_nid2sn(digest)))
        text += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text + (key == NID_X9_62_id_ecPublicKey ? "ECDSA" : "RSA");
}

std::chrono::sys_seconds expiry(const X509* certificate) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &fields) != 1)
        return {};
    const std::chrono::year_month_day day(std::chrono::year(fields.tm_year + 1900),
                                          std::chrono::month(static_cast<unsigned>(fields.tm_mon) + 1),
                                          std::chrono::day(static_cast<unsigned>(fields.tm_mday)));
    return std::chrono::sys_days(day) + std::chrono::hours(fields.tm_hour) +
           std::chrono::minutes(fields.tm_min) + std::chrono::seconds(fields.tm_sec);
}

} // namespace

std::optional<CertificateInfo> read_certificate(ByteView bytes, bool chains) {
    const auto certificate = parse(bytes, chains);
    if (!certificate)
        return std::nullopt;
    return CertificateInfo{.size = bytes.size(),
                           .issuer = name_text(X509_get_issuer_name(certificate.get())),
                           .serial = serial_text(certificate.get()),
                           .subject = name_text(X509_get_subject_name(certificate.get())),
                           .signature = signature_text(certificate.get()),
                           .thumbprint = hex_upper(sha1(bytes)),
                           .thumbprint_sha256 = hex_upper(sha256(bytes)),
                           .expires = expiry(certificate.get())};
}

std::optional<std::string> der_thumbprint(ByteView bytes, bool chains) {
    const auto certificate = parse(bytes, chains);
    if (!certificate)
        return std::nullopt;
    Bytes der(static_cast<std::size_t>(std::max(i2d_X509(certificate.get(), nullptr), 0)));
    auto* cursor = der.data();
    i2d_X509(certificate.get(), &cursor);
    return hex_lower(sha1(der));
}

bool key_matches(ByteView bytes, ByteView certificate, bool chains) {
    const auto x509 = parse(certificate, chains);
    const auto* cursor = bytes.data();
    const Key key(d2i_AutoPrivateKey(nullptr, &cursor, static_cast<long>(bytes.size())));
    const bool matches = x509 && key && cursor == bytes.data() + bytes.size() &&
                         X509_check_private_key(x509.get(), key.get()) == 1;
    ERR_clear_error(); // a key that does not match is a result, not an error
    return matches;
}

} // namespace bgs2::sim
