// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/certificate.h"

#include "daemon/pki/file_format.h"
#include "daemon/pki/openssl.h"
#include "daemon/pki/private_key.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

namespace bgs2::pki {

namespace {

std::string readable_name(const X509_NAME* name) {
    const BioPtr text = allocated(BioPtr(BIO_new(BIO_s_mem())));
    // Bytes above 7f are not escaped, so that names stay readable in any language.
    constexpr unsigned long flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (X509_NAME_print_ex(text.get(), name, 0, flags) < 0)
        return "(" + take_openssl_error().reason + ")";
    char* start = nullptr;
    const long length = BIO_get_mem_data(text.get(), &start);
    return {start, static_cast<std::size_t>(length)};
}

std::optional<std::chrono::sys_seconds> instant(const ASN1_TIME* time) {
    std::tm calendar{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &calendar) != 1)
        return std::nullopt;
    using namespace std::chrono;
    const sys_days day = year(calendar.tm_year + 1900) / (calendar.tm_mon + 1) / calendar.tm_mday;
    return day + hours(calendar.tm_hour) + minutes(calendar.tm_min) + seconds(calendar.tm_sec);
}

std::string digest_hex(ByteView bytes, const EVP_MD* algorithm) {
    std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &length,
                   algorithm, nullptr) != 1)
        throw Exception(Error{
            ErrorCode::failed,
            fmt::format("cannot compute {}: {}", EVP_MD_get0_name(algorithm), take_openssl_error().reason),
            "allow it in OpenSSL's configuration: modems identify certificates by it"});
    return to_hex(ByteView(digest).first(length));
}

} // namespace

std::string sha1_hex(ByteView bytes) {
    return digest_hex(bytes, EVP_sha1());
}

std::string sha256_hex(ByteView bytes) {
    return digest_hex(bytes, EVP_sha256());
}

struct Certificate::Content {
    X509Ptr x509;
    Bytes der;
    std::chrono::sys_seconds not_before;
    std::chrono::sys_seconds not_after;
};

Certificate::Certificate(std::shared_ptr<const Content> content)
  : content_(std::move(content)) {}

Expected<Certificate> Certificate::from_der(ByteView der, std::string_view name) {
    if (auto error = check_length(der, name, ErrorCode::invalid_certificate))
        return std::unexpected(std::move(*error));
    const unsigned char* position = bytes_of(der);
    X509Ptr x509(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
    if (!x509)
        return fail(ErrorCode::invalid_certificate,
                    fmt::format("{} is not an X.509 certificate: {}", name, take_openssl_error().reason),
                    "export the certificate again, as DER or PEM");
    const auto not_before = instant(X509_get0_notBefore(x509.get()));
    const auto not_after = instant(X509_get0_notAfter(x509.get()));
    if (!not_before || !not_after) {
        take_openssl_error();
        return fail(ErrorCode::invalid_certificate, fmt::format("{} has an invalid validity date", name),
                    "have the CA issue the certificate again");
    }
    return Certificate(std::make_shared<const Content>(std::move(x509), Bytes(der.begin(), der.end()),
                                                       *not_before, *not_after));
}

ByteView Certificate::der() const {
    return content_->der;
}

std::string Certificate::subject() const {
    return readable_name(X509_get_subject_name(content_->x509.get()));
}

std::string Certificate::issuer() const {
    return readable_name(X509_get_issuer_name(content_->x509.get()));
}

std::string Certificate::serial() const {
    const BignumPtr number =
        allocated(BignumPtr(ASN1_INTEGER_to_BN(X509_get0_serialNumber(content_->x509.get()), nullptr)));
    std::string magnitude = to_hex(Bytes(1));
    if (BN_is_zero(number.get()) == 0) {
        Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
        BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
        magnitude = to_hex(bytes);
    }
    std::ranges::transform(magnitude, magnitude.begin(),
                           [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return (BN_is_negative(number.get()) != 0 ? "-" : "") + magnitude;
}

std::chrono::sys_seconds Certificate::not_before() const {
    return content_->not_before;
}

std::chrono::sys_seconds Certificate::not_after() const {
    return content_->not_after;
}

bool Certificate::is_ca() const {
    return X509_check_ca(content_->x509.get()) != 0;
}

std::string Certificate::signature_algorithm() const {
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(nullptr, &algorithm, content_->x509.get());
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    std::array<char, 128> text{};
    const int length = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 0);
    if (length <= 0)
        return "unknown (" + take_openssl_error().reason + ")";
    return text.data();
}

std::string Certificate::fingerprint() const {
    return sha1_hex(der());
}

Expected<PublicKey> Certificate::public_key() const {
    EVP_PKEY* key = X509_get0_pubkey(content_->x509.get());
    if (key == nullptr)
        return fail(ErrorCode::invalid_certificate,
                    fmt::format("cannot read the key in the certificate of {}: {}", subject(),
                                take_openssl_error().reason),
                    "use a certificate with an RSA key");
    // The certificate keeps the key: sharing its ownership is enough.
    return PublicKey(std::shared_ptr<EVP_PKEY>(content_, key));
}

bool Certificate::is_issued_by(const Certificate& issuer) const {
    if (X509_check_issued(issuer.content_->x509.get(), content_->x509.get()) != X509_V_OK)
        return false;
    EVP_PKEY* key = X509_get0_pubkey(issuer.content_->x509.get());
    const bool verified = key != nullptr && X509_verify(content_->x509.get(), key) == 1;
    if (!verified)
        take_openssl_error(); // otherwise a later error would report it as its reason
    return verified;
}

bool Certificate::operator==(const Certificate& other) const {
    return content_ == other.content_ || std::ranges::equal(der(), other.der());
}

} // namespace bgs2::pki
