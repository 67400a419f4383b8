// SPDX-License-Identifier: Apache-2.0
#include "dbus/port_borrowers.h"

#include "daemon/base/error.h"
#include "dbus/sdbus/sdbus.h"

#include <utility>

namespace bgs2::dbus {
namespace {

/// Every name that loses its owner: a match for one client, added while it calls, would block the loop.
constexpr const char* departure_rule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg2=''";

} // namespace

PortBorrowers::PortBorrowers(sdbus::IConnection& connection, Fleet& fleet)
  : fleet_(fleet)
  , departures_(bus::watch(connection, departure_rule, [this](sdbus::Message& message) {
      std::string name;
      message >> name;
      departed(name);
  })) {}

asio::awaitable<void> PortBorrowers::borrow(std::string device, std::string client) {
    const auto self = shared_from_this();
    require_present(client);
    co_await fleet_.reserve_port(device, client);
    if (!clients_.contains(client))
        (void)fleet_.end_reservation(device, client); // it may have left just before the reservation
    require_present(client);
}

void PortBorrowers::release(const std::string& device, const std::string& client) {
    value_or_throw(fleet_.end_reservation(device, client));
}

void PortBorrowers::stop() {
    departures_.reset();
    clients_.clear();
}

void PortBorrowers::departed(const std::string& name) {
    if (clients_.erase(name) != 0)
        fleet_.end_reservations(name);
}

void PortBorrowers::require_present(const std::string& client) const {
    if (!clients_.contains(client))
        throw Exception(Error{ErrorCode::cancelled, "the client has left the bus, or bgs2d is stopping", ""});
}

} // namespace bgs2::dbus
