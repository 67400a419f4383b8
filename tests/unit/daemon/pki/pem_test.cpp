// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pem.h"

#include <gmock/gmock.h>

namespace bgs2::pki {
namespace {

using testing::HasSubstr;

constexpr auto error_code = ErrorCode::invalid_certificate;

Expected<std::vector<PemBlock>> read_text(std::string_view text) {
    return read_pem(as_bytes(text), "a.pem", error_code);
}

TEST(Pem, IsReadWhateverHappenedToItsLines) {
    for (const std::string_view text : {
             "-----BEGIN X-----\nZm9v\nYmFy\n-----END X-----\n",
             "-----BEGIN X-----\rZm9v\rYmFy\r-----END X-----",
             "-----BEGIN X-----\r\r\nZm9v\r\r\nYmFy\r\r\n-----END X-----\r\r\n",
             "  -----BEGIN X-----\n  Zm9v\n  YmFy\n  -----END X-----",
             "-----BEGIN X-----\\nZm9v\\nYmFy\\n-----END X-----\\n",
             "\"-----BEGIN X-----\\r\\nZm9v\\r\\nYmFy\\r\\n-----END X-----\\r\\n\"",
             "-----BEGIN X----- Zm9v YmFy -----END X-----",
             "-----BEGIN X-----Zm9vYmFy-----END X-----",
             "\xef\xbb\xbf-----BEGIN X-----\nZm9vYmFy\n-----END X-----",
             "text -----BEGIN Y-----\n# -----BEGIN Z-----\n-----BEGIN\n-----BEGIN X-----\nZm9vYmFy\n-----END "
             "X-----\nend",
         }) {
        const auto blocks = read_text(text);
        ASSERT_TRUE(blocks) << to_string(blocks.error()) << text;
        ASSERT_EQ(blocks->size(), 1U) << text;
        EXPECT_EQ(blocks->front().label, "X");
        EXPECT_EQ(blocks->front().header, "");
        EXPECT_EQ(as_text(blocks->front().content.bytes()), "foobar");
    }
}

TEST(Pem, BlocksMayBeGluedTogether) {
    const auto blocks =
        read_text("-----BEGIN X-----\nZm9v\n-----END X----------BEGIN Y-----\nYmFy\n-----END Y-----");
    ASSERT_TRUE(blocks) << to_string(blocks.error());
    ASSERT_EQ(blocks->size(), 2U);
    EXPECT_EQ(blocks->back().label, "Y");
    EXPECT_EQ(as_text(blocks->back().content.bytes()), "bar");
}

TEST(Pem, HeadersPrecedeTheBase64) {
    for (const std::string_view end : {"\n", "\r\n", "\r\r\n"}) {
        std::string text = "-----BEGIN X-----|Proc-Type: 4,ENCRYPTED|DEK-Info: A,00||Zm9v|-----END X-----|";
        for (auto at = text.find('|'); at != std::string::npos; at = text.find('|'))
            text.replace(at, 1, end);
        const auto blocks = read_text(text);
        ASSERT_TRUE(blocks) << to_string(blocks.error());
        EXPECT_EQ(blocks->front().header, "Proc-Type: 4,ENCRYPTED\nDEK-Info: A,00\n");
        EXPECT_EQ(as_text(blocks->front().content.bytes()), "foo");
    }
}

TEST(Pem, DamageIsLocated) {
    const auto expect = [](std::string_view text, const std::string& what) {
        const auto blocks = read_text(text);
        ASSERT_FALSE(blocks) << text;
        EXPECT_EQ(blocks.error().code, error_code);
        EXPECT_THAT(blocks.error().what, HasSubstr(what));
        EXPECT_FALSE(blocks.error().hint.empty());
    };
    expect("-----BEGIN X-----\nZm9v\n", "PEM block 1 of a.pem is damaged: it begins at offset 0 and has no "
                                        "END line; the file ends at offset 23");
    expect("-----BEGIN X-----\nZm9v\n-----END X--", "has no END line; the file ends at offset 35");
    expect("-----BEGIN X-----\nZm9v\n-----BEGIN X-----\nZm9v\n-----END X-----\n",
           "it begins at offset 0 and has no END line");
    expect("-----BEGIN X-----\nZm9v\n-----END Y-----\n", "its END line, at offset 23, does not repeat \"X\"");
    expect("-----BEGIN X-----\nZm*v\n-----END X-----\n", "it is not Base64 at offset 20");
    expect("-----BEGIN X-----\nZm9vZg\n-----END X-----\n",
           "a part before its END line, at offset 25, is missing");
    expect("-----BEGIN X-----\n-----END X-----\n", "nothing precedes its END line, at offset 18");
    expect("text", "a.pem has no PEM block");
    expect("x -----BEGIN X-----\nZm9v\n-----END X-----\n",
           "no PEM block that starts at the beginning of a line");
}

TEST(Pem, ControlCharactersAreLocated) {
    EXPECT_EQ(stray_byte(as_bytes("a\r\n\t\xc3")), std::nullopt);
    EXPECT_EQ(stray_byte(as_bytes(std::string_view("ab\0", 3))), 2U);
    EXPECT_EQ(stray_byte(as_bytes("\x1a")), 0U);
}

} // namespace
} // namespace bgs2::pki
