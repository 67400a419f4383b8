// SPDX-License-Identifier: Apache-2.0
// The condition of 'bgs2ctl wait --released': bgs2d has no work on a port, and has closed it. Pure, except
// for links to device nodes.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/objects.h"
#include "daemon/base/error.h"

#include <optional>
#include <span>
#include <string>
#include <utility>

namespace bgs2::cli {

class PortRelease {
  public:
    /// `selector` is a device node, a link to one, or the place of the port (udev's ID_PATH).
    explicit PortRelease(std::string selector)
      : selector_(std::move(selector)) {}

    /// The port if bgs2d has released it, nothing if it has not, or if the port is not present yet. Errors:
    /// NotFound (no rule names the port, so that bgs2d never uses it).
    [[nodiscard]] Expected<std::optional<Port>> evaluate(std::span<const Port> ports) const;

    /// The error if the port is not released.
    [[nodiscard]] Error unmet(std::span<const Port> ports) const;

  private:
    [[nodiscard]] const Port* find(std::span<const Port> ports) const;

    std::string selector_;
};

/// Whether the signal may have changed the use of a port.
bool concerns_ports(const BusSignal& event);

} // namespace bgs2::cli
