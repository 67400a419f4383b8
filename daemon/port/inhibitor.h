// SPDX-License-Identifier: Apache-2.0
// Inhibits ModemManager for the ports that bgs2d uses.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/port_info.h"

#include <asio/awaitable.hpp>

#include <memory>

namespace bgs2 {

/// Inhibits the other program for a port's device until this object is destroyed.
class Inhibition : Immovable {
  public:
    virtual ~Inhibition() = default;

    /// Whether the other program has accepted the inhibition.
    [[nodiscard]] virtual bool active() const = 0;
};

/// The use of a port's device by the other program. A port that it does not have is free, whatever it does
/// with the device; a port that it has becomes free by an inhibition, which ends a connection.
struct DeviceUse {
    bool managed = false;   ///< it shows a modem of this device
    bool connected = false; ///< that modem has a connection, or makes or ends one
    bool has_port = false;  ///< that modem has this port, not only others of the device
    bool unknown = false;   ///< it did not answer in time, and may have the port

    bool operator==(const DeviceUse&) const = default;
};

class Inhibitor : Immovable {
  public:
    virtual ~Inhibitor() = default;

    /// Asks the other program. Returns in time in any case, and never throws.
    virtual asio::awaitable<DeviceUse> use_of(PortInfo port) = 0;

    /// Inhibits the other program for the port's device, now and after its restart. Returns when it has
    /// released the port, has refused or has not answered in time; never throws. Null: it does not use the
    /// port anyway. `claimed`: another program held the port.
    virtual asio::awaitable<std::unique_ptr<Inhibition>> inhibit(PortInfo port, bool claimed) = 0;
};

} // namespace bgs2
