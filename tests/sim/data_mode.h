// SPDX-License-Identifier: Apache-2.0
// Data calls: the commands ATD, ATO and ATH, and the relay of bytes between the line and the peer.
#pragma once

#include "tests/sim/log.h"
#include "tests/sim/output.h"
#include "tests/sim/peer.h"
#include "tests/sim/wire.h"

#include <asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace bgs2::sim {

class DataMode {
  public:
    /// `peer`: the command at the other end of each call; nothing: no call succeeds. All references outlive
    /// this object.
    DataMode(Wire& wire, Output& output, Log& log, std::optional<std::string> peer);

    /// Answers ATD: NO CARRIER, or CONNECT and data mode until the escape sequence (OK), the end of the peer
    /// or of its PPP link (NO CARRIER), or the hang-up of the port.
    asio::awaitable<void> dial(std::string command);
    /// Answers ATO: data mode again.
    asio::awaitable<void> resume(std::string command);
    /// Answers ATH: ends the call.
    asio::awaitable<void> hang_up(std::string command);

  private:
    asio::awaitable<void> end_call();
    asio::awaitable<void> connect(std::string command);
    /// Relays bytes until data mode ends, and returns the result line; empty: the port has hung up.
    asio::awaitable<std::string> relay(unsigned hang_ups);

    Wire& wire_;
    Output& output_;
    Log& log_;
    std::optional<std::string> command_;
    std::shared_ptr<Peer> peer_; ///< null: no call
};

} // namespace bgs2::sim
