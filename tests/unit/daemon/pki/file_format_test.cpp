// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/file_format.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::pki {
namespace {

using namespace std::string_view_literals;
using test::Algorithm;
using test::Identity;

TEST(FileFormat, IsDetectedFromTheDerStructure) {
    const Identity rsa = Identity::make({.algorithm = Algorithm::rsa2048});
    const Identity ec = Identity::make({});
    struct Row {
        Bytes bytes;
        FileFormat file_format;
    };
    const std::vector<Row> table = {
        {ec.certificate_der(), FileFormat::certificate},
        {ec.request_der(), FileFormat::certificate_request},
        {ec.pkcs8_der(), FileFormat::private_key},
        {ec.traditional_der(), FileFormat::private_key},
        {rsa.pkcs8_der(), FileFormat::private_key},
        {rsa.traditional_der(), FileFormat::private_key},
        {ec.encrypted_der("x"), FileFormat::encrypted_key},
        {ec.public_der(), FileFormat::public_key},
        {rsa.public_der(), FileFormat::public_key},
        {ec.pkcs12({}), FileFormat::pkcs12},
    };
    for (const auto& row : table)
        EXPECT_EQ(detect_format(row.bytes), row.file_format) << description(row.file_format);
}

TEST(FileFormat, IsDetectedFromMarkersAndMagicNumbers) {
    struct Row {
        std::string_view bytes;
        FileFormat file_format;
    };
    const std::vector<Row> table = {
        {"", FileFormat::empty},
        {"\r\n\t ", FileFormat::empty},
        {"0-----BEGIN CERTIFICATE-----", FileFormat::pem},
        {"text\n-----BEGIN CERTIFICATE-----", FileFormat::pem},
        {"\xfe\xed\xfe\xed", FileFormat::jks},
        {"\xce\xce\xce\xce", FileFormat::jceks},
        {"\xff\xfe-\0"sv, FileFormat::utf16},
        {"\xfe\xff\0-"sv, FileFormat::utf16},
        {"-\0-\0"sv, FileFormat::utf16},
        {"\0-\0-"sv, FileFormat::utf16},
        {"0\xef\xbf\xbd\x03", FileFormat::mangled},
        {"\x30\x05\x06\x03\x2a\x03\x04"sv, FileFormat::pkcs7},
        {"0", FileFormat::unknown},
        {"\x30\x80", FileFormat::unknown},
        {"\x30\x85\x01\x01\x01\x01\x01", FileFormat::unknown},
        {"\x30\x03\x02\x01\x03"sv, FileFormat::unknown},
        {"\x30\x03\x02\x05\x03"sv, FileFormat::unknown},
        {"MIIB", FileFormat::unknown},
        {"\xef\xbb\xbf \r\n", FileFormat::empty},
        {"\n <html><body>-----BEGIN CERTIFICATE-----", FileFormat::web_page},
        {"<!DocType HTML>", FileFormat::web_page},
        {"<?xml version=\"1.0\"?><cert/>", FileFormat::xml},
        {"<RSAKeyValue><Modulus>", FileFormat::xml_key},
        {"{\n \"cert\": \"-----BEGIN CERTIFICATE-----", FileFormat::json},
        {"[{", FileFormat::json},
        {"[client]\n-----BEGIN CERTIFICATE-----", FileFormat::pem},
        {"PK\x03\x04 -----BEGIN ", FileFormat::zip},
        {"\x1f\x8b\x08", FileFormat::gzip},
        {"version https://git-lfs.github.com/spec/v1\n", FileFormat::git_lfs},
        {"$ANSIBLE_VAULT;1.1;AES256\n", FileFormat::ansible_vault},
        {"age-encryption.org/v1\n", FileFormat::age},
        {"PuTTY-User-Key-File-3: ssh-rsa\n", FileFormat::putty_key},
        {"ssh-rsa AAAAB3NzaC1yc2E", FileFormat::openssh_public_key},
    };
    for (const auto& row : table)
        EXPECT_EQ(detect_format(as_bytes(row.bytes)), row.file_format) << row.bytes;
}

TEST(FileFormat, IsDetectedInATruncatedCertificate) {
    const Bytes der = Identity::make({}).certificate_der();
    EXPECT_EQ(detect_format(ByteView(der).first(der.size() - 1)), FileFormat::certificate);
    for (std::size_t size = 0; size < der.size(); ++size)
        std::ignore = detect_format(ByteView(der).first(size));
}

TEST(FileFormat, HasADescriptionAndHintsForEveryValue) {
    for (int i = 0; i <= static_cast<int>(FileFormat::unknown); ++i) {
        const auto file_format = static_cast<FileFormat>(i);
        EXPECT_FALSE(description(file_format).empty());
        EXPECT_FALSE(hint_for_certificate(file_format, "a").empty());
        EXPECT_FALSE(hint_for_key(file_format, "a").empty());
        if (file_format != FileFormat::unknown) {
            EXPECT_NE(description(file_format), description(FileFormat::unknown)) << i;
        }
    }
    EXPECT_EQ(format_of_label("NEW CERTIFICATE REQUEST"), FileFormat::certificate_request);
    EXPECT_EQ(format_of_label("PGP MESSAGE"), FileFormat::unknown);
}

TEST(FileFormat, FirstValueMustBeComplete) {
    EXPECT_EQ(first_value(as_bytes("\x04\x01xy")).value_or(ByteView()).size(), 3U);
    EXPECT_FALSE(first_value(as_bytes("\x04\x02x")));
    EXPECT_FALSE(first_value(as_bytes("\x30\x80xx")));
    EXPECT_FALSE(first_value({}));
}

} // namespace
} // namespace bgs2::pki
