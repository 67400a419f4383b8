// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/serial_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;

TEST(SerialThread, RunsAllFunctionsInOrder) {
    SerialThread thread;
    std::vector<int> order;
    for (int i = 0; i < 5; ++i)
        thread.post([&order, i] { order.push_back(i); });
    ASSERT_TRUE(thread.finish(1h));
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(SerialThread, StartsAgainAfterAPause) {
    SerialThread thread;
    for (int i = 0; i < 3; ++i) {
        std::promise<std::thread::id> ran;
        auto id = ran.get_future();
        thread.post([&ran] { ran.set_value(std::this_thread::get_id()); });
        EXPECT_NE(id.get(), std::this_thread::get_id());
        EXPECT_TRUE(thread.finish(1h));
    }
}

TEST(SerialThread, LeavesAFunctionThatHangsBehind) {
    std::promise<void> gate;
    std::promise<void> ended;
    auto end = ended.get_future();
    {
        SerialThread thread;
        thread.post([opened = gate.get_future(), &ended]() mutable {
            opened.wait();
            ended.set_value();
        });
        EXPECT_FALSE(thread.finish(10ms));
    }
    gate.set_value();
    end.get();
}

} // namespace
} // namespace bgs2
