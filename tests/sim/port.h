// SPDX-License-Identifier: Apache-2.0
// The near end of the modem's serial line.
#pragma once

#include "tests/sim/bytes.h"

#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>

namespace bgs2::sim {

/// The line is dead: the other side closed it, or a fault hung up. Not an error: the end of the program.
class LineDead : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Bytes in, bytes out, as fast as they go. Implementations: Pty, Socket, Tty.
class Port {
  public:
    virtual ~Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    Port(Port&&) = delete;
    Port& operator=(Port&&) = delete;

    /// Until somebody is at the other end.
    virtual asio::awaitable<void> opened() = 0;

    /// What waits to be read, at least one byte; nothing if nothing waits. Throws LineDead,
    /// std::system_error.
    std::optional<std::size_t> receive_now(std::span<std::uint8_t> into);

    /// Until something waits to be read.
    asio::awaitable<void> readable();

    /// Sends what the other end has room for and returns how much that was: like a UART without flow control,
    /// it does not wait. Throws LineDead, std::system_error.
    virtual std::size_t send(ByteView bytes);

    /// The other end sees a hang-up.
    virtual void close() { descriptor_.close(); }

  protected:
    explicit Port(asio::posix::stream_descriptor descriptor)
      : descriptor_(std::move(descriptor)) {}

    /// Called right before reading.
    virtual void before_reading() {}

  private:
    asio::posix::stream_descriptor descriptor_;
};

} // namespace bgs2::sim
