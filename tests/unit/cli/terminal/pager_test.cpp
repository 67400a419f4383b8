// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/pager.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

using Words = std::vector<std::string>;

TEST(PagerCommand, PrefersBgs2ctlPagerThenPagerThenLess) {
    EXPECT_EQ(pager_command(nullptr, nullptr), Words{"less"});
    EXPECT_EQ(pager_command(nullptr, "more"), Words{"more"});
    EXPECT_EQ(pager_command("most -s", "more"), (Words{"most", "-s"}));
}

TEST(PagerCommand, IsEmptyForAnEmptyValueOrCat) {
    EXPECT_EQ(pager_command("", "more"), Words{});
    EXPECT_EQ(pager_command(nullptr, " "), Words{});
    EXPECT_EQ(pager_command("cat", nullptr), Words{});
}

TEST(LinesOnScreen, CountWrappedLines) {
    EXPECT_EQ(lines_on_screen("", 10), 0U);
    EXPECT_EQ(lines_on_screen("one\n\nthree\n", 10), 3U);
    EXPECT_EQ(lines_on_screen("no line end", 20), 1U);
    EXPECT_EQ(lines_on_screen("0123456789\n", 10), 1U);
    EXPECT_EQ(lines_on_screen("0123456789a\n", 10), 2U);
}

TEST(LinesOnScreen, IgnoreColours) {
    EXPECT_EQ(lines_on_screen("\x1b[32m0123456789\x1b[0m\n", 10), 1U);
    EXPECT_EQ(lines_on_screen("cut off \x1b[3", 10), 1U);
}

} // namespace
} // namespace bgs2::cli
