// SPDX-License-Identifier: Apache-2.0
// Clients of the bus that borrow ports, until they release them or leave the bus.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/port/fleet.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/awaitable.hpp>

#include <memory>
#include <set>
#include <string>

namespace bgs2::dbus {

class PortBorrowers : Immovable, public std::enable_shared_from_this<PortBorrowers> {
  public:
    /// `connection` may be destroyed after stop(), `fleet` outlives the event loop. Throws sdbus::Error.
    PortBorrowers(sdbus::IConnection& connection, Fleet& fleet);

    /// Remembers the client, which may leave the bus before borrow() is called or returns. Call it in the
    /// handler of the method: no earlier departure can be confused with this client.
    void expect(const std::string& client) { clients_.insert(client); }

    /// Returns when bgs2d has closed the port. Throws Exception: those of Fleet::reserve_port, and Cancelled
    /// (the client has left the bus, or bgs2d stops).
    asio::awaitable<void> borrow(std::string device, std::string client);

    /// Throws Exception: NotFound (the client has not borrowed the port).
    void release(const std::string& device, const std::string& client);

    /// Notices no more departures.
    void stop();

  private:
    void departed(const std::string& name);
    void require_present(const std::string& client) const;

    Fleet& fleet_;
    std::set<std::string> clients_; ///< that are on the bus, and have tried to borrow
    sdbus::Slot departures_;
};

} // namespace bgs2::dbus
