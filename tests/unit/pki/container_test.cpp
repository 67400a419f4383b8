#include "daemon/pki/container.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::pki {
namespace {

using namespace std::string_view_literals;
using test::Algorithm;
using test::Identity;

TEST(Container, IsRecognisedByItsShape) {
    const Identity rsa = Identity::make({.algorithm = Algorithm::rsa2048});
    const Identity ec = Identity::make({});
    struct Row {
        Bytes octets;
        Container container;
    };
    const std::vector<Row> table = {
        {ec.certificate_der(), Container::certificate},    {ec.request_der(), Container::certificate_request},
        {ec.pkcs8_der(), Container::private_key},          {ec.traditional_der(), Container::private_key},
        {rsa.pkcs8_der(), Container::private_key},         {rsa.traditional_der(), Container::private_key},
        {ec.encrypted_der("x"), Container::encrypted_key}, {ec.public_der(), Container::public_key},
        {rsa.public_der(), Container::public_key},         {ec.pkcs12({}), Container::pkcs12},
    };
    for (const auto& row : table)
        EXPECT_EQ(recognise(row.octets), row.container) << description(row.container);
}

TEST(Container, IsRecognisedByItsText) {
    struct Row {
        std::string_view octets;
        Container container;
    };
    const std::vector<Row> table = {
        {"", Container::empty},
        {"\r\n\t ", Container::empty},
        {"0-----BEGIN CERTIFICATE-----", Container::pem},
        {"text\n-----BEGIN CERTIFICATE-----", Container::pem},
        {"\xfe\xed\xfe\xed", Container::java_keystore},
        {"\xce\xce\xce\xce", Container::java_keystore},
        {"\xff\xfe-\0"sv, Container::utf16},
        {"\xfe\xff\0-"sv, Container::utf16},
        {"-\0-\0"sv, Container::utf16},
        {"\0-\0-"sv, Container::utf16},
        {"0\xef\xbf\xbd\x03", Container::mangled},
        {"\x30\x05\x06\x03\x2a\x03\x04"sv, Container::pkcs7},
        {"0", Container::unknown},
        {"\x30\x80", Container::unknown},
        {"\x30\x85\x01\x01\x01\x01\x01", Container::unknown},
        {"\x30\x03\x02\x01\x03"sv, Container::unknown},
        {"\x30\x03\x02\x05\x03"sv, Container::unknown},
        {"MIIB", Container::unknown},
    };
    for (const auto& row : table)
        EXPECT_EQ(recognise(as_bytes(row.octets)), row.container) << row.octets;
}

TEST(Container, IsNotMisjudgedWhereItIsCutOff) {
    const Bytes der = Identity::make({}).certificate_der();
    EXPECT_EQ(recognise(ByteView(der).first(der.size() - 1)), Container::certificate);
    for (std::size_t size = 0; size < der.size(); ++size)
        std::ignore = recognise(ByteView(der).first(size));
}

TEST(Container, HasWordsForEveryKind) {
    for (int i = 0; i <= static_cast<int>(Container::unknown); ++i) {
        const auto container = static_cast<Container>(i);
        EXPECT_FALSE(description(container).empty());
        EXPECT_FALSE(hint_for_certificate(container).empty());
        EXPECT_FALSE(hint_for_key(container).empty());
        if (container != Container::unknown) {
            EXPECT_NE(description(container), description(Container::unknown)) << i;
        }
    }
    EXPECT_EQ(recognise_label("NEW CERTIFICATE REQUEST"), Container::certificate_request);
    EXPECT_EQ(recognise_label("PGP MESSAGE"), Container::unknown);
}

TEST(Container, FirstValueIsAWholeOne) {
    EXPECT_EQ(first_value(as_bytes("\x04\x01xy")).value_or(ByteView()).size(), 3U);
    EXPECT_FALSE(first_value(as_bytes("\x04\x02x")));
    EXPECT_FALSE(first_value(as_bytes("\x30\x80xx")));
    EXPECT_FALSE(first_value({}));
}

} // namespace
} // namespace bgs2::pki
