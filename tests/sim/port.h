// SPDX-License-Identifier: Apache-2.0
// The modem's end of a serial line.
#pragma once

#include "tests/sim/bytes.h"

#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace bgs2::sim {

/// The other side closed the line, or a fault hung up. Ends the program with exit code 0.
class LineDead : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Transfers bytes without pacing. Implementations: Pty, Socket, Tty.
class Port {
  public:
    virtual ~Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    Port(Port&&) = delete;
    Port& operator=(Port&&) = delete;

    /// Waits until the other end is open.
    virtual asio::awaitable<void> opened() = 0;

    /// Reads available input and returns its size, at least 1; nothing if none is available. Throws LineDead,
    /// std::system_error.
    std::optional<std::size_t> receive_now(std::span<std::uint8_t> into);

    /// Waits until input is available.
    asio::awaitable<void> readable();

    /// Sends the bytes that the other end accepts without waiting, like a UART without flow control, and
    /// returns their number. Throws LineDead, std::system_error.
    virtual std::size_t send(ByteView bytes);

    /// Whether the other end is open.
    virtual bool is_open() { return true; }
    /// How often the other end has closed the line, as far as the line tells.
    [[nodiscard]] unsigned hang_ups() const { return hang_ups_; }
    /// Calls `closed` whenever the other end closes the line.
    void on_hang_up(std::function<void()> closed) { closed_ = std::move(closed); }

    /// Calls `writable` once when the other end accepts bytes again.
    void when_writable(std::function<void()> writable);

    /// Hangs up the other end.
    virtual void close() { descriptor_.close(); }

  protected:
    explicit Port(asio::posix::stream_descriptor descriptor)
      : descriptor_(std::move(descriptor)) {}

    /// Called before each read.
    virtual void before_reading() {}

    /// The other end has closed the line.
    void note_hang_up();

  private:
    asio::posix::stream_descriptor descriptor_;
    unsigned hang_ups_ = 0;
    std::function<void()> closed_;
};

} // namespace bgs2::sim
