// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/time_spec.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds noon = std::chrono::sys_days(2026y / 11 / 20) + 12h;

TEST(TimeSpec, AcceptsADayOrATimeInUtc) {
    EXPECT_EQ(time_spec("2026-11-20", noon), noon - 12h);
    EXPECT_EQ(time_spec("2026-11-20 12:00", noon), noon);
    EXPECT_EQ(time_spec("2026-11-20 12:34:56", noon), noon + 34min + 56s);
    EXPECT_EQ(time_spec("2024-02-29", noon), std::chrono::sys_days(2024y / 2 / 29));
}

TEST(TimeSpec, AcceptsATimeThatBgs2ctlPrinted) {
    EXPECT_EQ(time_spec("2026-11-20T12:00:01Z", noon), noon + 1s);
}

TEST(TimeSpec, AcceptsAnAge) {
    EXPECT_EQ(time_spec("2h", noon), noon - 2h);
    EXPECT_EQ(time_spec("3d", noon), noon - 72h);
    EXPECT_EQ(time_spec("15m", noon), noon - 15min);
    EXPECT_EQ(time_spec("0s", noon), noon);
}

TEST(TimeSpec, RejectsAnyOtherForm) {
    for (const char* text : {"",
                             "yesterday",
                             "3",
                             "-3d",
                             "3 d",
                             "2026",
                             "2026-11",
                             "2026-13-01",
                             "2026-02-29",
                             "2026-1-1",
                             "26-11-20",
                             "2026-11-20 ",
                             "2026-11-20 12",
                             "2026-11-20 24:00",
                             "2026-11-20 12:60",
                             "2026-11-20x12:00",
                             "2026-11-20 12:00:61",
                             "2026-11-20 12:00 ",
                             "2026-11-20 +1:00",
                             "2026-11-20 12:00:00+01:00"}) {
        const auto refused = time_spec(text, noon);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(refused.error().what, "'" + std::string(text) + "' is not a time");
    }
}

} // namespace
} // namespace bgs2::cli
