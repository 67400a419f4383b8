// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/wakeup.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <system_error>
#include <utility>

namespace bgs2 {

Wakeup::Wakeup(const asio::any_io_executor& executor)
  : timer_(executor) {}

void Wakeup::wake() {
    const std::scoped_lock lock(mutex_); // held while posting: after close() nothing is posted
    if (timer_)
        asio::post(timer_->get_executor(), [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->cancel_wait();
        });
}

void Wakeup::cancel_wait() {
    woken_ = true;
    if (timer_)
        timer_->cancel();
}

asio::awaitable<void> Wakeup::wait(std::chrono::steady_clock::time_point until) {
    if (!woken_) {
        std::error_code error;
        timer_->expires_at(until);
        co_await timer_->async_wait(asio::bind_cancellation_slot(
            asio::cancellation_slot(), asio::redirect_error(asio::use_awaitable, error)));
    }
    woken_ = false;
}

void Wakeup::close() {
    const std::scoped_lock lock(mutex_);
    timer_.reset();
}

} // namespace bgs2
