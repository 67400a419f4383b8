// SPDX-License-Identifier: Apache-2.0
// A notification that wakes one waiting coroutine.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/experimental/channel.hpp>
#include <asio/use_awaitable.hpp>

#include <system_error>

namespace bgs2::sim {

/// A notification without a waiter stays pending for the next one; several count as one. No timer is
/// involved: an endless timer would wake Asio every few minutes.
class Condition {
  public:
    explicit Condition(const asio::any_io_executor& executor)
      : channel_(executor, 1) {}

    void notify() { channel_.try_send(std::error_code(), true); }

    asio::awaitable<void> wait() { co_await channel_.async_receive(asio::use_awaitable); }

  private:
    // The bool is unused: the signature void(std::error_code) alone is ambiguous in Asio 1.22.
    asio::experimental::channel<void(std::error_code, bool)> channel_;
};

} // namespace bgs2::sim
