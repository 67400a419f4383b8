// SPDX-License-Identifier: Apache-2.0
// Starts units of systemd without an event loop.
#pragma once

#include "daemon/base/error.h"

#include <sdbus-c++/IConnection.h>

#include <memory>
#include <string>

namespace bgs2::dbus {

/// For `bgs2d --give-back`; each call blocks for at most 5 seconds.
class UnitStarter {
  public:
    /// Connects to the system bus (DBUS_SYSTEM_BUS_ADDRESS, if set). Throws sdbus::Error.
    UnitStarter();

    /// Whether a bgs2d uses the bus, other than one that has ended a moment ago. Throws sdbus::Error.
    [[nodiscard]] bool daemon_is_running();

    /// Returns when the start was requested. Errors: those of UnitControl::start().
    [[nodiscard]] Expected<void> start(const std::string& unit);

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
};

} // namespace bgs2::dbus
