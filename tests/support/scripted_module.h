// SPDX-License-Identifier: Apache-2.0
// The other side of a serial line, played by a test: a pty whose slave is the port under test.
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

    [[nodiscard]] const std::string& node() const { return node_; } ///< what the port under test opens

    /// The next line that the port sent, without its CR.
    asio::awaitable<std::string> receive();

    /// The next bytes that the port sent.
    asio::awaitable<Bytes> receive(std::size_t count);

    /// Sends text as it is.
    asio::awaitable<void> say(std::string text);

    /// Hears a line, which must be `command`, and says `reply`.
    asio::awaitable<void> expect(std::string command, std::string reply);

    /// Waits until the port under test has read all that was said.
    asio::awaitable<void> until_taken();

    /// Waits until `count` bytes that were said lie ready for the port under test.
    asio::awaitable<void> until_waiting(std::size_t count);

    /// How many bytes lie ready for the port under test.
    [[nodiscard]] std::size_t waiting();

    /// Whether the port sent bytes that nobody heard yet.
    [[nodiscard]] bool has_unheard();

    void hang_up();

  private:
    std::optional<Pty> pty_;
    std::string node_;
    asio::posix::stream_descriptor master_;
    asio::posix::stream_descriptor slave_; ///< to see what the port under test has not read yet
    std::string heard_;
};

} // namespace bgs2::test
