// SPDX-License-Identifier: Apache-2.0
// A module that a test controls: the master of a pty whose slave is the port under test.
#pragma once

#include "daemon/base/bytes.h"
#include "tests/support/pty.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace bgs2::test {

class ScriptedModule {
  public:
    explicit ScriptedModule(const asio::any_io_executor& executor);

    [[nodiscard]] const std::string& node() const { return node_; } ///< device node for the port under test

    /// Receives the next line from the port, without its CR.
    asio::awaitable<std::string> receive();

    /// Receives `count` bytes from the port.
    asio::awaitable<Bytes> receive(std::size_t count);

    /// Sends text without a change.
    asio::awaitable<void> send(std::string text);

    /// Receives a line, expects it to be `command`, and sends `reply`.
    asio::awaitable<void> expect(std::string command, std::string reply);

    /// Waits until the port under test has read all sent bytes.
    asio::awaitable<void> wait_until_read();

    /// Waits until pending() is `count`.
    asio::awaitable<void> wait_until_pending(std::size_t count);

    /// Number of sent bytes that the port under test has not read.
    [[nodiscard]] std::size_t pending();

    /// Whether the port sent bytes that receive() has not returned.
    [[nodiscard]] bool has_unread();

    void hang_up();

  private:
    std::optional<Pty> pty_;
    std::string node_;
    asio::posix::stream_descriptor master_;
    asio::posix::stream_descriptor slave_; ///< shows the number of unread bytes
    std::string received_;
};

} // namespace bgs2::test
