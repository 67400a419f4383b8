// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/clock_watch.h"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;

/// Sets the clock to what it shows: nothing changes, but the kernel counts it as set.
bool set_clock_to_now() {
    timespec now{};
    return ::clock_gettime(CLOCK_REALTIME, &now) == 0 && ::clock_settime(CLOCK_REALTIME, &now) == 0;
}

TEST(ClockWatch, ReportsEachTimeTheClockIsSet) {
    asio::io_context loop;
    int times = 0;
    ClockWatch watch(loop.get_executor(), [&times] { ++times; });
    loop.poll();
    if (!set_clock_to_now())
        GTEST_SKIP() << "SKIPPED: the clock may not be set here: " << std::strerror(errno);
    loop.run_one_for(10s);
    EXPECT_EQ(times, 1);
    ASSERT_TRUE(set_clock_to_now());
    loop.run_one_for(10s);
    EXPECT_EQ(times, 2);
    watch.stop();
    loop.run_for(1s);
}

TEST(ClockWatch, EndsWhenItIsStopped) {
    asio::io_context loop;
    ClockWatch watch(loop.get_executor(), [] { ADD_FAILURE() << "nobody set the clock"; });
    loop.poll();
    watch.stop();
    EXPECT_GT(loop.run_for(10s), 0U);
    EXPECT_TRUE(loop.stopped());
}

} // namespace
} // namespace bgs2
