// SPDX-License-Identifier: Apache-2.0
// Starts coroutines that nobody awaits.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace bgs2 {

/// Starts the coroutine on an event loop. Its exceptions leave the run() of the loop: asio::detached would
/// drop them, and the program would go on without the coroutine.
inline void spawn(const asio::any_io_executor& executor, asio::awaitable<void> coroutine) {
    asio::co_spawn(executor, std::move(coroutine), [](const std::exception_ptr& exception) {
        if (exception)
            std::rethrow_exception(exception);
    });
}

} // namespace bgs2
