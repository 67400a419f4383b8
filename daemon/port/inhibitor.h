// SPDX-License-Identifier: Apache-2.0
// Another program that takes serial ports, ModemManager, is asked to keep off those that are held here.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/port_info.h"

#include <asio/awaitable.hpp>

#include <memory>

namespace bgs2 {

/// That a port's device is held here, until its end: then the other program may have it back.
class Inhibition : Immovable {
  public:
    virtual ~Inhibition() = default;

    /// Whether the other program has agreed to keep off.
    [[nodiscard]] virtual bool in_force() const = 0;
};

class Inhibitor : Immovable {
  public:
    virtual ~Inhibitor() = default;

    /// Asks the other program to keep off the port's device, now and whenever it takes to it later. Returns
    /// when it has let go of the port or will not, or has not answered in time; never throws. Null: it leaves
    /// the port alone anyway. `claimed`: another program was found to hold the port.
    virtual asio::awaitable<std::unique_ptr<Inhibition>> inhibit(PortInfo port, bool claimed) = 0;
};

} // namespace bgs2
