// SPDX-License-Identifier: Apache-2.0
#include "dbus/pump.h"

#include "daemon/base/bytes.h"
#include "dbus/sdbus/sdbus.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <poll.h>
#include <system_error>
#include <utility>

namespace bgs2::dbus {
namespace {

/// Each failure consumes a message. If none of that many in a row does, nothing can be read any more.
constexpr unsigned most_failures = 100;

/// Whether sd-bus still has its connection: it closes it when a read or a write finds that the bus has.
bool is_open(const sdbus::IConnection& connection) {
    try {
        (void)connection.getUniqueName(); // the one query of sdbus-c++ that a closed connection refuses
        return true;
    } catch (const sdbus::Error&) {
        return false;
    }
}

} // namespace

Pump::Pump(const asio::any_io_executor& executor, sdbus::IConnection& connection, Lost lost, Log log)
  : connection_(connection)
  , lost_(std::move(lost))
  , log_(std::move(log))
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
    sdbus::IConnection::PollData data{};
    try {
        data = connection_.getEventLoopPollData();
    } catch (const sdbus::Error& e) { // nothing would wait for the next message
        lose(e.getMessage());
        return;
    }
    if ((data.events & POLLIN) != 0)
        wait(asio::posix::descriptor_base::wait_read, reading_);
    if ((data.events & POLLOUT) != 0)
        wait(asio::posix::descriptor_base::wait_write, writing_);
    const auto deadline = bus::deadline_of(data);
    if (!deadline) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(*deadline);
    timer_.async_wait([this](const std::error_code& error) {
        if (!error)
            process();
    });
}

void Pump::failed(const std::string& do_what, const sdbus::Error& error) {
    if (stopped_)
        return;
    if (!is_open(connection_)) {
        lose(error.getMessage());
        return;
    }
    constexpr std::size_t most_reports = 100;
    const std::string report = fmt::format("cannot {}: {}", do_what, printable(error.getMessage()));
    if (reported_.size() < most_reports && reported_.insert(report).second)
        log_.warning("{}; bgs2d goes on (report it, with what the message was about)", report);
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
        while (bus::process_one(connection_))
            failures_ = 0;
        failures_ = 0;
    } catch (const sdbus::Error& e) {
        if (++failures_ < most_failures)
            failed("process a message of the bus", e);
        else
            lose(e.getMessage());
    }
    arm();
}

void Pump::lose(const std::string& why) {
    if (stopped_)
        return;
    stop();
    lost_(why);
}

} // namespace bgs2::dbus
