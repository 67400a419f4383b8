// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/clock_watch.h"

#include "daemon/base/spawn.h"
#include "daemon/base/system_error.h"

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <limits>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2 {
namespace {

int open_timer() {
    const int fd = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0)
        throw Exception(system_error(errno, "create a timer", "raise LimitNOFILE= of bgs2d.service"));
    return fd;
}

} // namespace

ClockWatch::ClockWatch(const asio::any_io_executor& executor, std::function<void()> set)
  : timer_(executor, open_timer())
  , set_(std::move(set)) {
    arm();
    spawn(executor, run());
}

ClockWatch::~ClockWatch() = default;

void ClockWatch::stop() {
    stopped_ = true;
    timer_.cancel();
}

/// The timer never expires: only its cancellation matters.
void ClockWatch::arm() {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<std::time_t>::max();
    if (::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
                          nullptr) != 0)
        throw Exception(system_error(errno, "set a timer"));
}

asio::awaitable<void> ClockWatch::run() {
    while (!stopped_) {
        std::error_code error;
        co_await timer_.async_wait(asio::posix::descriptor_base::wait_read,
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return;
        std::uint64_t expirations = 0;
        const bool was_set =
            ::read(timer_.native_handle(), &expirations, sizeof expirations) < 0 && errno == ECANCELED;
        arm();
        if (was_set)
            set_();
    }
}

} // namespace bgs2
