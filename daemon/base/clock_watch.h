// SPDX-License-Identifier: Apache-2.0
// The system's clock, which a gateway without a battery sets only after it has booted.
#pragma once

#include "daemon/base/immovable.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <functional>

namespace bgs2 {

/// Tells when somebody sets the clock (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET): what has not begun to be
/// valid, or has expired, may look otherwise then. Its running on is not told.
class ClockWatch : Immovable {
  public:
    /// Throws Exception if the kernel has no such timer.
    ClockWatch(const asio::any_io_executor& executor, std::function<void()> set);
    ~ClockWatch();

    void stop();

  private:
    asio::awaitable<void> run();
    void arm();

    asio::posix::stream_descriptor timer_;
    std::function<void()> set_;
    bool stopped_ = false;
};

} // namespace bgs2
