// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/wrapping.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>
#include <vector>

namespace bgs2::pki {
namespace {

using namespace std::string_view_literals;

std::string as_base64(std::string_view text) {
    std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

std::string as_utf16(std::string_view ascii) {
    std::string text = "\xff\xfe";
    for (const char c : ascii)
        text.append(1, c).append(1, '\0');
    return text;
}

TEST(Wrapping, Utf16BecomesUtf8) {
    struct Row {
        std::string_view utf16;
        std::string_view utf8;
    };
    const std::vector<Row> table = {
        {"\xff\xfe", ""},
        {"\xff\xfe-\0"sv, "-"},
        {"\xfe\xff\0-"sv, "-"},
        {"a\0b\0"sv, "ab"},
        {"\0a\0b"sv, "ab"},
        {"\xff\xfe\xe4\0"sv, "\xc3\xa4"},
        {"\xff\xfe\xac\x20"sv, "\xe2\x82\xac"},
        {"\xff\xfe\x3d\xd8\x11\xdd"sv, "\xf0\x9f\x94\x91"},
    };
    for (const auto& row : table) {
        ASSERT_TRUE(is_utf16(as_bytes(row.utf16))) << row.utf8;
        const auto text = from_utf16(as_bytes(row.utf16));
        ASSERT_TRUE(text) << row.utf8;
        EXPECT_EQ(as_text(text->bytes()), row.utf8);
    }
    for (const auto text : {""sv, "a\0"sv, "ab"sv, "abcd"sv, "\xff\xfe-"sv, "\xff\xfe\x3d\xd8"sv,
                            "\xff\xfe\x3d\xd8-\0"sv, "\xff\xfe\x11\xdd\x3d\xd8"sv, "\x30\x82\x01\x00"sv})
        EXPECT_FALSE(from_utf16(as_bytes(text))) << text;
}

TEST(Wrapping, IsRemovedFromKnownFormatsOnly) {
    const test::Identity identity = test::Identity::make({});
    const std::string pem = identity.certificate_pem();
    const Bytes der = identity.certificate_der();
    const std::string bare(as_text(der));
    for (const std::string& text :
         {as_base64(pem), as_base64(as_base64(pem)), as_utf16(pem), as_base64(as_utf16(pem)),
          as_utf16(as_base64(pem)), "\xef\xbb\xbf" + as_base64(pem)})
        EXPECT_EQ(as_text(Unwrapped(as_bytes(text)).bytes()), pem);
    EXPECT_EQ(as_text(Unwrapped(as_bytes(as_base64(bare) + "\n")).bytes()), bare);
    for (const std::string& text : {std::string(), std::string("passphrase12"), pem, bare, as_base64("hello"),
                                    as_utf16("hello"), as_base64(as_base64(as_base64(as_base64(pem))))}) {
        const Unwrapped unwrapped(as_bytes(text));
        EXPECT_FALSE(unwrapped.changed());
        EXPECT_EQ(as_text(unwrapped.bytes()), text);
    }
}

} // namespace
} // namespace bgs2::pki
