// SPDX-License-Identifier: Apache-2.0
// Watches the system clock, which a gateway without a battery sets only
// after it has booted.
#pragma once

#include "daemon/base/immovable.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <functional>

namespace bgs2 {

/// Reports when the clock is set (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET), because the validity of
/// certificates may change then. It does not report the normal passing of time.
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
