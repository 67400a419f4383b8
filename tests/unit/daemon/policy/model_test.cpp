// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace bgs2::policy {
namespace {

TEST(Mode, IsSpelledAsInPolicies) {
    EXPECT_TRUE(std::ranges::equal(words_of<Mode>, std::array{"auto", "manual", "report", "ignore"}));
}

TEST(BaudRates, AscendAndIncludeTheDefault) {
    EXPECT_TRUE(std::ranges::is_sorted(baud_rates));
    EXPECT_NE(std::ranges::find(baud_rates, at::LineSettings().baud), baud_rates.end());
}

} // namespace
} // namespace bgs2::policy
