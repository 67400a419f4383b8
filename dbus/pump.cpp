// SPDX-License-Identifier: Apache-2.0
#include "dbus/pump.h"

#include <sdbus-c++/Error.h>

#include <chrono>
#include <cstdint>
#include <poll.h>
#include <system_error>
#include <utility>

namespace bgs2::dbus {

Pump::Pump(const asio::any_io_executor& executor, sdbus::IConnection& connection, Lost lost)
  : connection_(connection)
  , lost_(std::move(lost))
  , socket_(executor, connection.getEventLoopPollData().fd)
  , timer_(executor) {
    arm();
}

Pump::~Pump() {
    socket_.release(); // the connection closes it
}

void Pump::arm() {
    if (stopped_)
        return;
    const auto data = connection_.getEventLoopPollData();
    if ((data.events & POLLIN) != 0)
        wait(asio::posix::descriptor_base::wait_read, reading_);
    if ((data.events & POLLOUT) != 0)
        wait(asio::posix::descriptor_base::wait_write, writing_);
    if (data.timeout_usec == UINT64_MAX) {
        timer_.cancel();
        return;
    }
    // sd-bus counts on CLOCK_MONOTONIC, as the steady clock does; 0 means at once.
    timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(data.timeout_usec)));
    timer_.async_wait([this](const std::error_code& error) {
        if (!error)
            process();
    });
}

void Pump::lose(const std::string& why) {
    if (stopped_)
        return;
    stop();
    lost_(why);
}

void Pump::stop() {
    stopped_ = true;
    socket_.cancel();
    timer_.cancel();
}

void Pump::wait(asio::posix::descriptor_base::wait_type direction, bool& waiting) {
    if (std::exchange(waiting, true))
        return;
    socket_.async_wait(direction, [this, &waiting](const std::error_code& error) {
        waiting = false;
        if (!error)
            process();
    });
}

void Pump::process() {
    if (stopped_)
        return;
    try {
        while (connection_.processPendingRequest()) {
        }
        arm();
    } catch (const sdbus::Error& e) {
        lose(e.getMessage());
    }
}

} // namespace bgs2::dbus
