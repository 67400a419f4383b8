// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/bytes.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

TEST(Bytes, HexIsLowerCaseWithTwoDigitsAByte) {
    EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\x7f\xff\x0a", 4))), "007fff0a");
    EXPECT_EQ(to_hex({}), "");
}

TEST(Utf8Sequence, IsAsLongAsItsCharacter) {
    EXPECT_EQ(utf8_sequence("a"), 1U);
    EXPECT_EQ(utf8_sequence("ü"), 2U);
    EXPECT_EQ(utf8_sequence("证书"), 3U);
    EXPECT_EQ(utf8_sequence("\xf0\x9f\x94\x91"), 4U);
    EXPECT_EQ(utf8_sequence(""), 0U);
}

TEST(Utf8Sequence, IsInvalidIfTruncatedStrayOverlongOrASurrogate) {
    for (const auto* text : {"\xc3", "\x80", "\xff", "\xe8\xaf", "\xc0\xaf", "\xe0\x82\x9b",
                             "\xf0\x82\x82\xac", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
        EXPECT_EQ(utf8_sequence(text), 0U) << text;
}

TEST(Printable, EscapesControlCharacters) {
    EXPECT_EQ(printable("a\x1b[31mb\n\x7f"), "a\\x1b[31mb\\x0a\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "CSI as one character";
}

TEST(Printable, KeepsLettersOfOtherScripts) {
    EXPECT_EQ(printable("Prüfstand 证书"), "Prüfstand 证书");
    EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable, EscapesBytesThatDBusRejects) {
    EXPECT_EQ(printable("a\xff"), "a\\xff");
    EXPECT_EQ(printable("\xe0\x82\x9b"), "\\xe0\\x82\\x9b");
    EXPECT_EQ(printable("\xef\xbf\xbf\xef\xb7\x90"), "\\xef\\xbf\\xbf\\xef\\xb7\\x90");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

} // namespace
} // namespace bgs2
