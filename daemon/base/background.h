// SPDX-License-Identifier: Apache-2.0
// Runs blocking work in another thread while a coroutine waits for it.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace bgs2 {

/// Returns or throws what work(arguments...) does. The arguments are passed by value, since the waiting
/// coroutine may be destroyed first; `work` has no captures.
template<class Work, class... Arguments>
asio::awaitable<std::invoke_result_t<Work, Arguments...>> in_background(asio::any_io_executor background,
                                                                        Work work, Arguments... arguments) {
    auto run = [](Work what, Arguments... with) -> asio::awaitable<std::invoke_result_t<Work, Arguments...>> {
        co_return what(std::move(with)...);
    };
    // Not cancellable: the other thread could have finished before the cancellation arrives.
    co_return co_await asio::co_spawn(
        background, run(std::move(work), std::move(arguments)...),
        asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

} // namespace bgs2
