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

/// The timing of one direction of a line. Does not wait.
class LineSchedule {
  public:
    explicit LineSchedule(unsigned baud)
      : baud_(baud) {} ///< 0: no pacing

    /// Marks the end of an idle period: the next bytes start at `now` or when the line is free, whichever is
    /// later. Without a call, they follow the last ones directly, which compensates for late wake-ups.
    void start(Clock::time_point now) { free_at_ = std::max(free_at_, now); }
    /// Schedules `count` bytes and returns the end of the last one.
    Clock::time_point add(std::size_t count) {
        free_at_ += duration(count);
        return free_at_;
    }

    /// The duration of `count` bytes, 10 bits each (start, 8 data, stop).
    [[nodiscard]] Clock::duration duration(std::size_t count) const;
    /// The number of bytes to transfer per wake-up: about 5 ms, at least 1.
    [[nodiscard]] std::size_t grain() const;

  private:
    unsigned baud_;
    Clock::time_point free_at_;
};

/// A received byte and the time of its stop bit.
struct Arrival {
    std::uint8_t byte = 0;
    Clock::time_point when;
};

class Wire {
  public:
    /// Calls `lost` with the number of bytes that the other side did not receive.
    Wire(Port& port, const asio::any_io_executor& executor, unsigned baud,
         std::function<void(std::size_t)> lost);

    /// Receives bytes from the port until it throws LineDead. Throws LineDead after `hang_up_after` bytes;
    /// receives nothing after `stall_after` bytes.
    asio::awaitable<void> pump(std::optional<std::size_t> hang_up_after,
                               std::optional<std::size_t> stall_after = {});

    /// Waits for the next byte; nothing at the deadline.
    asio::awaitable<Arrival> receive();
    asio::awaitable<std::optional<Arrival>> receive(Clock::time_point deadline);
    /// The next byte; nothing if none has arrived.
    std::optional<Arrival> receive_now();
    /// Removes and returns all bytes that have arrived.
    Bytes discard();

    /// Waits until bytes have arrived, nudge() was called, or the deadline has passed; may return earlier.
    asio::awaitable<void> wait(std::optional<Clock::time_point> deadline);
    void nudge() { wake_.notify(); }

    /// Sends the bytes that the other side accepts, and returns their number: nothing is lost.
    asio::awaitable<std::size_t> relay(ByteView bytes);
    /// Calls nudge() when the other side accepts bytes again.
    void nudge_when_writable();

    [[nodiscard]] bool is_open() { return port_.is_open(); }             ///< see Port
    [[nodiscard]] unsigned hang_ups() const { return port_.hang_ups(); } ///< see Port
    [[nodiscard]] asio::any_io_executor executor() { return pump_timer_.get_executor(); }

    /// Sends the bytes and returns the time of the last one. The answer may have arrived before the return.
    asio::awaitable<Clock::time_point> send(ByteView bytes);

    /// The duration of `count` bytes on this line.
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
