// SPDX-License-Identifier: Apache-2.0
// The other end of a data call: a command.
#pragma once

#include "tests/sim/bytes.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace bgs2::sim {

/// A shell command whose standard input and output are one stream socket.
class Peer : public std::enable_shared_from_this<Peer> {
  public:
    /// Calls `changed` when bytes may have arrived or the command may have ended. Throws std::system_error.
    static std::shared_ptr<Peer> start(const asio::any_io_executor& executor, const std::string& command,
                                       std::function<void()> changed);
    ~Peer(); ///< kills the process group of the command
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    Peer(Peer&&) = delete;
    Peer& operator=(Peer&&) = delete;

    /// Sends the bytes, now or as soon as the command reads.
    void send(ByteView bytes);

    /// Bytes that have arrived; empty if none has.
    Bytes receive_now();
    /// The command has closed its output.
    [[nodiscard]] bool ended() const { return ended_; }

    /// Hangs up the command: end of its input, SIGHUP to its process group. Returns when it has ended, after
    /// 5 s at the latest.
    static asio::awaitable<void> hang_up(std::shared_ptr<Peer> peer);

  private:
    Peer(asio::posix::stream_descriptor socket, asio::posix::stream_descriptor process, pid_t id,
         std::function<void()> changed);
    void flush();
    void await_input();

    asio::posix::stream_descriptor socket_;
    asio::posix::stream_descriptor process_; ///< a pidfd: readable at the end of the command
    pid_t id_;
    std::function<void()> changed_;
    Bytes unsent_;
    bool awaits_input_ = false;
    bool awaits_output_ = false;
    bool ended_ = false;
};

} // namespace bgs2::sim
