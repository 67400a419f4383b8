// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/certificate.h"
#include "daemon/pki/private_key.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(Certificate, ReportsItsFields) {
    const Identity root = Identity::make({.common_name = "Root", .ca = true});
    const auto before = std::chrono::sys_days{2021y / 2 / 3} + 4h + 5min + 6s;
    const auto after = std::chrono::sys_days{2051y / 12 / 31} + 23h + 59min + 59s;
    const Identity leaf = Identity::make({.common_name = "Gateway",
                                          .not_before = before,
                                          .not_after = after,
                                          .issuer = &root,
                                          .serial = 0xa1b2c3});
    const Certificate certificate = leaf.certificate();
    EXPECT_EQ(certificate.subject(), "CN=Gateway,O=Example");
    EXPECT_EQ(certificate.issuer(), "CN=Root,O=Example");
    EXPECT_EQ(certificate.serial(), "A1B2C3");
    EXPECT_EQ(certificate.not_before(), before);
    EXPECT_EQ(certificate.not_after(), after);
    EXPECT_FALSE(certificate.is_ca());
    EXPECT_TRUE(root.certificate().is_ca());
    EXPECT_EQ(certificate.signature_algorithm(), "ecdsa-with-SHA256");
    EXPECT_EQ(certificate.fingerprint(), sha1_hex(leaf.certificate_der()));
    ASSERT_TRUE(certificate.public_key());
    EXPECT_EQ(*certificate.public_key(), leaf.key().public_key());
}

TEST(Certificate, NamesItsSignatureAlgorithmLikeOpenSsl) {
    EXPECT_EQ(Identity::make({.algorithm = Algorithm::rsa2048}).certificate().signature_algorithm(),
              "sha256WithRSAEncryption");
    EXPECT_EQ(Identity::make({.algorithm = Algorithm::rsa2048, .digest = "SHA1"})
                  .certificate()
                  .signature_algorithm(),
              "sha1WithRSAEncryption");
    EXPECT_EQ(Identity::make({.algorithm = Algorithm::ed25519}).certificate().signature_algorithm(),
              "ED25519");
}

TEST(Certificate, WritesTheSerialWithTwoDigitsAByte) {
    EXPECT_EQ(Identity::make({.serial = 0}).certificate().serial(), "00");
    EXPECT_EQ(Identity::make({.serial = 0xa}).certificate().serial(), "0A");
    EXPECT_EQ(Identity::make({.serial = 0x0123456789abcdef}).certificate().serial(), "0123456789ABCDEF");
}

TEST(Certificate, WritesNamesInAnyLanguage) {
    EXPECT_EQ(Identity::make({.common_name = "Zähler Kraków"}).certificate().subject(),
              "CN=Zähler Kraków,O=Example");
}

// D-Bus drops a peer that sends it a string which is no UTF-8.
TEST(Certificate, RefusesANameThatIsNotUtf8) {
    const Bytes valid = Identity::make({.common_name = "abcdef"}).certificate_der();
    const auto at = as_text(valid).rfind("\x0c\x06"
                                         "abcdef");
    ASSERT_NE(at, std::string::npos);
    for (const std::string_view name : {"\x0c\x06"
                                        "ab\xc3!ef",
                                        "\x0c\x06"
                                        "abcd\xe2\x82",
                                        "\x0c\x06"
                                        "ab\xc0\x80"
                                        "ef",
                                        "\x0c\x06"
                                        "ab\xed\xa0\x80"
                                        "f",
                                        "\x0c\x06"
                                        "a\xf4\x90\x80\x80g",
                                        "\x0c\x06"
                                        "abcd\xff\xfe",
                                        "\x1e\x06"
                                        "\x01!\xd8!\x01!"}) {
        Bytes der = valid;
        std::ranges::copy(as_bytes(name), der.begin() + static_cast<std::ptrdiff_t>(at));
        const auto certificate = Certificate::from_der(der);
        EXPECT_FALSE(certificate) << certificate->subject() << to_hex(as_bytes(certificate->subject()));
    }
}

TEST(Certificate, EscapesControlCharactersInAName) {
    EXPECT_EQ(Identity::make({.common_name = "a\x1b[2Jb"}).certificate().subject(), "CN=a\\1B[2Jb,O=Example");
}

TEST(Certificate, IsComparedByItsDer) {
    const Identity one = Identity::make({});
    EXPECT_EQ(one.certificate(), one.certificate());
    EXPECT_FALSE(one.certificate() == Identity::make({}).certificate());
}

TEST(Certificate, RemainsValidAfterItsSourceIsDestroyed) {
    const auto certificate = [] { return Identity::make({.common_name = "Short"}).certificate(); }();
    const auto key = [&] { return Certificate(certificate).public_key(); }();
    EXPECT_EQ(key->kind(), KeyKind::ec);
    EXPECT_EQ(certificate.subject(), "CN=Short,O=Example");
}

TEST(Certificate, RefusesTrailingBytes) {
    Bytes der = Identity::make({}).certificate_der();
    const std::size_t size = der.size();
    der.push_back(std::byte{'\n'});
    const auto certificate = Certificate::from_der(der, "root.der");
    ASSERT_FALSE(certificate);
    EXPECT_EQ(certificate.error().code, ErrorCode::invalid_certificate);
    EXPECT_EQ(certificate.error().what,
              "root.der has 1 byte after the end of its DER data, at offset " + std::to_string(size));
}

TEST(Certificate, RefusesATruncatedCertificate) {
    Bytes der = Identity::make({}).certificate_der();
    der.pop_back();
    const auto certificate = Certificate::from_der(der, "root.der");
    ASSERT_FALSE(certificate);
    EXPECT_EQ(certificate.error().what, "root.der is truncated: " + std::to_string(der.size()) + " of its " +
                                            std::to_string(der.size() + 1) + " bytes are present");
}

TEST(Certificate, RefusesDataThatIsNotACertificate) {
    for (const ByteView bytes :
         {ByteView(), as_bytes("0"), as_bytes("hello"), as_bytes("\x30\x03\x02\x01\x01")}) {
        const auto certificate = Certificate::from_der(bytes, "root.der");
        ASSERT_FALSE(certificate);
        EXPECT_EQ(certificate.error().code, ErrorCode::invalid_certificate);
        EXPECT_THAT(certificate.error().what, HasSubstr("root.der"));
        EXPECT_FALSE(certificate.error().hint.empty());
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Certificate, RefusesAnInvalidValidityDate) {
    Bytes der = Identity::make({}).certificate_der();
    const std::string text(as_text(der));
    const auto at = text.find("491231000000Z");
    ASSERT_NE(at, std::string::npos);
    der[at + 2] = std::byte{'9'};
    const auto certificate = Certificate::from_der(der, "root.der");
    ASSERT_FALSE(certificate);
    EXPECT_EQ(certificate.error().what, "root.der has an invalid validity date");
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Certificate, Sha1MatchesTheStandardTestVectors) {
    EXPECT_EQ(sha1_hex(as_bytes("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(sha1_hex({}), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

} // namespace
} // namespace bgs2::pki
