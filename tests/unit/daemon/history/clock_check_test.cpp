// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/clock_check.h"
#include "tests/unit/daemon/history/entries.h"

#include <gtest/gtest.h>

namespace bgs2::history {
namespace {

using namespace std::chrono_literals;

TEST(ClockCheck, TrustsAClockAfterADay) {
    ClockCheck check;
    EXPECT_FALSE(check.is_trusted(noon, 1min));
    EXPECT_FALSE(check.is_trusted(noon + 23h, 23h + 1min));
    EXPECT_TRUE(check.is_trusted(noon + 24h, 24h + 1min));
    EXPECT_TRUE(check.is_trusted(noon + 25h, 25h + 1min));
}

TEST(ClockCheck, WaitsForADayAfterTheClockWasSet) {
    for (const auto error : {500 * 24h, -20'000 * 24h, 10 * 1h}) {
        ClockCheck check;
        EXPECT_FALSE(check.is_trusted(noon + error, 0h));
        EXPECT_FALSE(check.is_trusted(noon + error + 23h, 23h));
        EXPECT_FALSE(check.is_trusted(noon + 25h, 25h)) << "it was corrected";
        EXPECT_FALSE(check.is_trusted(noon + 48h, 48h));
        EXPECT_TRUE(check.is_trusted(noon + 49h, 49h));
        EXPECT_FALSE(check.is_trusted(noon + 50h + error, 50h)) << "it was set to a wrong time";
    }
}

TEST(ClockCheck, AllowsForDrift) {
    ClockCheck check;
    for (int hour = 0; hour < 24; ++hour)
        EXPECT_FALSE(check.is_trusted(noon + hour * (1h + 30s), hour * 1h));
    EXPECT_TRUE(check.is_trusted(noon + 24 * (1h + 30s), 24h));
}

} // namespace
} // namespace bgs2::history
