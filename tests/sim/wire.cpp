// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/wire.h"

#include <asio/use_awaitable.hpp>

#include <array>
#include <limits>

namespace bgs2::sim {

Clock::duration LineSchedule::duration(std::size_t count) const {
    if (baud_ == 0)
        return Clock::duration::zero();
    return std::chrono::nanoseconds(count * 10 * 1'000'000'000ULL / baud_);
}

std::size_t LineSchedule::grain() const {
    if (baud_ == 0)
        return std::numeric_limits<std::size_t>::max();
    return std::max<std::size_t>(1, baud_ / 10 / 200);
}

Wire::Wire(Port& port, const asio::any_io_executor& executor, unsigned baud,
           std::function<void(std::size_t)> lost)
  : port_(port)
  , incoming_(baud)
  , outgoing_(baud)
  , lost_(std::move(lost))
  , wake_(executor)
  , pump_timer_(executor)
  , dialogue_timer_(executor) {
    port_.on_hang_up([this] { nudge(); });
}

asio::awaitable<void> Wire::pump(std::optional<std::size_t> hang_up_after,
                                 std::optional<std::size_t> stall_after) {
    constexpr auto never = std::numeric_limits<std::size_t>::max();
    std::array<std::uint8_t, 4096> buffer{};
    auto left = std::min(hang_up_after.value_or(never), stall_after.value_or(never));
    bool idle = true;
    while (left != 0) {
        const auto count = port_.receive_now(std::span(buffer).first(std::min(buffer.size(), left)));
        if (!count) {
            idle = true;
            co_await port_.readable();
            continue;
        }
        if (idle)
            incoming_.start(Clock::now());
        idle = false;
        left -= *count;
        for (ByteView rest(buffer.data(), *count); !rest.empty();) {
            const auto part = rest.first(std::min(rest.size(), incoming_.grain()));
            rest = rest.subspan(part.size());
            co_await deliver(part);
        }
    }
    if (stall_after && *stall_after < hang_up_after.value_or(never))
        co_await Condition(pump_timer_.get_executor()).wait();
    throw LineDead("hung up by a fault");
}

asio::awaitable<void> Wire::deliver(ByteView bytes) {
    const auto through = incoming_.add(bytes.size());
    co_await until(through, pump_timer_);
    const auto paced = incoming_.duration(1) != Clock::duration::zero();
    const auto last = paced ? through : Clock::now();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        inbox_.push_back({.byte = bytes[i], .when = last - incoming_.duration(bytes.size() - 1 - i)});
    wake_.notify();
}

asio::awaitable<Arrival> Wire::receive() {
    for (;;) {
        if (const auto arrival = receive_now())
            co_return *arrival;
        co_await wake_.wait();
    }
}

asio::awaitable<std::optional<Arrival>> Wire::receive(Clock::time_point deadline) {
    while (inbox_.empty() && Clock::now() < deadline)
        co_await wait(deadline);
    if (inbox_.empty() || inbox_.front().when > deadline)
        co_return std::nullopt;
    co_return receive_now();
}

std::optional<Arrival> Wire::receive_now() {
    if (inbox_.empty())
        return std::nullopt;
    const auto arrival = inbox_.front();
    inbox_.pop_front();
    return arrival;
}

Bytes Wire::discard() {
    Bytes bytes;
    while (const auto arrival = receive_now())
        bytes.push_back(arrival->byte);
    return bytes;
}

asio::awaitable<Clock::time_point> Wire::send(ByteView bytes) {
    auto left = Clock::now();
    outgoing_.start(left);
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), outgoing_.grain()));
        bytes = bytes.subspan(part.size());
        co_await until(outgoing_.add(part.size()), dialogue_timer_);
        left = Clock::now();
        if (const auto sent = port_.send(part); sent < part.size())
            lost_(part.size() - sent);
    }
    co_return left;
}

asio::awaitable<void> Wire::wait(std::optional<Clock::time_point> deadline) {
    if (!inbox_.empty())
        co_return;
    if (deadline) {
        dialogue_timer_.expires_at(*deadline);
        dialogue_timer_.async_wait([this](std::error_code cancelled) {
            if (!cancelled)
                nudge();
        });
    }
    co_await wake_.wait();
    if (deadline)
        dialogue_timer_.cancel();
}

asio::awaitable<std::size_t> Wire::relay(ByteView bytes) {
    outgoing_.start(Clock::now());
    std::size_t accepted = 0;
    while (accepted < bytes.size()) {
        const auto part = bytes.subspan(accepted, std::min(bytes.size() - accepted, outgoing_.grain()));
        co_await until(outgoing_.add(part.size()), dialogue_timer_);
        const auto sent = port_.send(part);
        accepted += sent;
        if (sent < part.size())
            break;
    }
    co_return accepted;
}

void Wire::nudge_when_writable() {
    port_.when_writable([this] { nudge(); });
}

asio::awaitable<void> Wire::until(Clock::time_point time, asio::steady_timer& timer) {
    if (time <= Clock::now())
        co_return;
    timer.expires_at(time);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace bgs2::sim
