// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/wire.h"

#include <gtest/gtest.h>

namespace bgs2::sim {
namespace {

using namespace std::chrono_literals;

TEST(LineSchedule, CountsTenBitsPerByte) {
    EXPECT_EQ(LineSchedule(9600).duration(960), 1s);
    EXPECT_EQ(LineSchedule(0).duration(960), 0s);
}

TEST(LineSchedule, SchedulesBytesWithoutGapsUntilTheLineIsIdle) {
    LineSchedule line(10000); // one byte takes 1 ms
    const Clock::time_point start{1h};
    line.start(start);
    EXPECT_EQ(line.add(5), start + 5ms);
    EXPECT_EQ(line.add(5), start + 10ms);
    line.start(start + 7ms); // not idle yet
    EXPECT_EQ(line.add(1), start + 11ms);
    line.start(start + 1s);
    EXPECT_EQ(line.add(1), start + 1001ms);
}

TEST(LineSchedule, UsesAGrainOfAboutFiveMillisecondsOrOneByte) {
    EXPECT_EQ(LineSchedule(115200).grain(), 57U);
    EXPECT_EQ(LineSchedule(300).grain(), 1U);
}

} // namespace
} // namespace bgs2::sim
