// SPDX-License-Identifier: Apache-2.0
// Starts units of systemd without an event loop.
#pragma once

#include "daemon/base/error.h"
#include "dbus/sdbus/sdbus.h"

#include <memory>
#include <string>
#include <vector>

namespace bgs2::dbus {

/// For `bgs2d --give-back`; each call of the bus blocks for at most 5 seconds.
class UnitStarter {
  public:
    /// Connects to the system bus (DBUS_SYSTEM_BUS_ADDRESS, if set). Throws sdbus::Error.
    UnitStarter();

    /// Whether a bgs2d uses the bus, other than one that has ended a moment ago. Throws sdbus::Error.
    [[nodiscard]] bool daemon_is_running();

    /// Requests the start of all units, and waits at most 5 seconds for the ends of their jobs: one may wait
    /// for the end of this program. The results are in the order of the units. Errors: those of
    /// UnitControl::start().
    [[nodiscard]] std::vector<Expected<void>> start(const std::vector<std::string>& units);

  private:
    /// The object of the job.
    Expected<std::string> request(const std::string& unit);

    std::unique_ptr<sdbus::IConnection> connection_;
};

} // namespace bgs2::dbus
