// SPDX-License-Identifier: Apache-2.0
// Wakes a coroutine from another thread.
#pragma once

#include "daemon/base/immovable.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace bgs2 {

/// The other thread holds a shared pointer, for as long as it likes. wait() and close() are for the executor
/// of the coroutine, which runs on one thread.
class Wakeup : public std::enable_shared_from_this<Wakeup>, Immovable {
  public:
    explicit Wakeup(const asio::any_io_executor& executor);

    /// For any thread. Does nothing after close().
    void wake();

    /// Returns at `until`, or after a wake() that no earlier wait() has returned for. Is not cancellable: the
    /// other thread could have finished before the cancellation arrives.
    asio::awaitable<void> wait(std::chrono::steady_clock::time_point until);

    /// Releases the executor, which may be destroyed then. No wait() may follow.
    void close();

  private:
    void cancel_wait();

    bool woken_ = false; ///< for the executor only
    std::mutex mutex_;
    std::optional<asio::steady_timer> timer_; ///< changes under the mutex; nothing: closed
};

} // namespace bgs2
