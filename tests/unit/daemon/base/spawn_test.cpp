// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/spawn.h"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace bgs2 {
namespace {

TEST(Spawn, RunsTheCoroutineOnTheLoop) {
    asio::io_context loop;
    bool ran = false;
    const auto coroutine = [](bool& done) -> asio::awaitable<void> {
        done = true;
        co_return;
    };
    spawn(loop.get_executor(), coroutine(ran));
    EXPECT_FALSE(ran);
    loop.run();
    EXPECT_TRUE(ran);
}

TEST(Spawn, PassesAnExceptionToTheRunOfTheLoop) {
    asio::io_context loop;
    const auto coroutine = []() -> asio::awaitable<void> {
        throw std::runtime_error("lost");
        co_return;
    };
    spawn(loop.get_executor(), coroutine());
    EXPECT_THROW(loop.run(), std::runtime_error);
}

} // namespace
} // namespace bgs2
