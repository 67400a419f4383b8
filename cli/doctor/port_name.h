// SPDX-License-Identifier: Apache-2.0
// Makes the configuration text that names a serial port for bgs2d. Pure.
#pragma once

#include "cli/client/objects.h"

#include <span>
#include <string>

namespace bgs2::cli {

struct PortName {
    std::string entry; ///< a [[port]] of bgs2d.toml, several lines; empty: not possible
    std::string rule;  ///< a udev rule; empty: not possible

    bool operator==(const PortName&) const = default;
};

/// Uses the first of these that distinguishes the port from all `others` (which can include it): the adapter
/// with its serial number, the place where it is plugged in, the device node. Does not use values with a
/// special meaning in a pattern or a shell.
PortName name_of(const Port& port, std::span<const Port> others);

} // namespace bgs2::cli
