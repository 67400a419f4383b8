// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
    EXPECT_EQ(display_width("Gateway"), 7U);
    EXPECT_EQ(display_width("Prüfstand"), 9U);
    EXPECT_EQ(display_width("证书"), 4U);
    EXPECT_EQ(display_width("e\u0301"), 1U);
    EXPECT_EQ(display_width(""), 0U);
}

TEST(DisplayWidth, CountsInvalidUtf8InBytes) {
    EXPECT_EQ(display_width("\xff\xfe"), 2U);
    EXPECT_EQ(display_width("\xc3"), 1U);
}

TEST(Cut, KeepsATextThatFits) {
    EXPECT_EQ(cut("blocked", 7), "blocked");
    EXPECT_EQ(cut("", 0), "");
}

TEST(Cut, EndsWithAnEllipsisWithinTheWidth) {
    EXPECT_EQ(cut("blocked", 6), "block…");
    EXPECT_EQ(cut("Prüfstand", 4), "Prü…");
    EXPECT_EQ(cut("blocked", 1), "…");
    EXPECT_EQ(cut("blocked", 0), "");
}

TEST(Cut, NeverSplitsAWideCharacter) {
    EXPECT_EQ(cut("证书错误", 4), "证…");
    EXPECT_EQ(cut("证书错误", 5), "证书…");
}

TEST(Wrapped, BreaksBetweenWordsAndIndentsTheNextLines) {
    EXPECT_EQ(wrapped("short", 20, 4), "short");
    EXPECT_EQ(wrapped("the slot is empty, write it", 18, 4), "the slot is\n    empty, write\n    it");
    EXPECT_EQ(wrapped("exactly ten", 11, 0), "exactly ten");
    EXPECT_EQ(wrapped("exactly ten more", 11, 0), "exactly ten\nmore");
    EXPECT_EQ(wrapped("", 10, 2), "");
}

TEST(Wrapped, BreaksAWordThatIsTooLong) {
    EXPECT_EQ(wrapped("/var/lib/bgs2d/certs", 10, 0), "/var/lib/b\ngs2d/certs");
    EXPECT_EQ(wrapped("证书错误证书", 9, 0), "证书错误\n证书");
    EXPECT_EQ(wrapped("0123456789", 3, 2), "01234567\n  89") << "a line has at least 8 columns";
}

TEST(IsoTime, IsUtc) {
    EXPECT_EQ(bus_time(1795374932, "never"), "2026-11-22T19:15:32Z");
    EXPECT_EQ(bus_day(2524521600, "never"), "2049-12-31");
    EXPECT_EQ(bus_time(0, "never"), "never");
    EXPECT_EQ(bus_day(0, "-"), "-");
}

TEST(ToLine, EscapesAndReplacesInvalidUtf8) {
    EXPECT_EQ(to_line({{"a", "line\n\"quoted\"\x01"}}), "{\"a\":\"line\\n\\\"quoted\\\"\\u0001\"}\n");
    EXPECT_EQ(to_line({{"a", "\xff"}}), "{\"a\":\"\xef\xbf\xbd\"}\n");
}

} // namespace
} // namespace bgs2::cli
