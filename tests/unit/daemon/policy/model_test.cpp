// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace bgs2::policy {
namespace {

TEST(Mode, HasAWordEachThatLeadsBack) {
    std::set<std::string_view> words;
    for (const Mode each : modes) {
        words.insert(word(each));
        EXPECT_EQ(mode(word(each)), each);
    }
    EXPECT_EQ(words, (std::set<std::string_view>{"auto", "manual", "report", "ignore"}));
    EXPECT_EQ(mode("Auto"), std::nullopt);
}

TEST(BaudRates, AscendAndHoldTheDefault) {
    EXPECT_TRUE(std::ranges::is_sorted(baud_rates));
    EXPECT_NE(std::ranges::find(baud_rates, at::LineSettings().baud), baud_rates.end());
}

} // namespace
} // namespace bgs2::policy
