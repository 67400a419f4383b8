// SPDX-License-Identifier: Apache-2.0
// A paced serial line: bytes arrive and leave at the speed of a UART.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/condition.h"
#include "tests/sim/port.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace bgs2::sim {

using Clock = std::chrono::steady_clock;

/// The timing of one direction of a line. Pure.
class LineSchedule {
  public:
    explicit LineSchedule(unsigned baud)
      : baud_(baud) {} ///< 0: at once

    /// The line was idle: the next bytes start at `now`, or when the line is free, whichever is later.
    /// Without it they start right behind the last ones, so that a late wake-up is made up for.
    void start(Clock::time_point now) { free_at_ = std::max(free_at_, now); }
    /// Puts `count` bytes on the line and returns when the last of them is through.
    Clock::time_point add(std::size_t count) {
        free_at_ += duration(count);
        return free_at_;
    }

    /// The time that `count` bytes take: 10 bits each (start, 8 data, stop).
    [[nodiscard]] Clock::duration duration(std::size_t count) const;
    /// A number of bytes that takes about 5 ms, at least one: the finest useful wake-up interval.
    [[nodiscard]] std::size_t grain() const;

  private:
    unsigned baud_;
    Clock::time_point free_at_;
};

/// One byte that the modem has received, and the time of its stop bit.
struct Arrival {
    std::uint8_t byte = 0;
    Clock::time_point when;
};

class Wire {
  public:
    /// `lost` is called with the number of bytes of an answer that were not received.
    Wire(Port& port, const asio::any_io_executor& executor, unsigned baud,
         std::function<void(std::size_t)> lost);

    /// Receives bytes from the port until it throws LineDead; throws it itself after `hang_up_after` bytes.
    asio::awaitable<void> pump(std::optional<std::size_t> hang_up_after);

    /// The next byte; with a deadline, nothing once that has passed and none has arrived by then.
    asio::awaitable<Arrival> receive();
    asio::awaitable<std::optional<Arrival>> receive(Clock::time_point deadline);
    /// The next byte if it has arrived already.
    std::optional<Arrival> receive_now();
    /// Removes and returns all bytes that have arrived.
    Bytes discard();

    /// Returns when the last byte has left, and that time: the other side may have answered already.
    asio::awaitable<Clock::time_point> send(ByteView bytes);

    /// What `count` bytes take on this line.
    [[nodiscard]] Clock::duration duration(std::size_t count) const { return incoming_.duration(count); }

  private:
    asio::awaitable<void> deliver(ByteView bytes);
    static asio::awaitable<void> until(Clock::time_point time, asio::steady_timer& timer);

    Port& port_;
    LineSchedule incoming_;
    LineSchedule outgoing_;
    std::function<void(std::size_t)> lost_;
    std::deque<Arrival> inbox_;
    Condition wake_; ///< a byte arrived, or a deadline passed
    asio::steady_timer pump_timer_;
    asio::steady_timer dialogue_timer_;
};

} // namespace bgs2::sim
