// SPDX-License-Identifier: Apache-2.0
// How a serial port is named to bgs2d: the text to paste. Pure.
#pragma once

#include "cli/client/objects.h"

#include <span>
#include <string>

namespace bgs2::cli {

struct PortName {
    std::string entry; ///< a [[port]] of bgs2d.toml, several lines; empty: there is no way
    std::string rule;  ///< a udev rule; empty: there is no way

    bool operator==(const PortName&) const = default;
};

/// By what the port is told apart from all `others` (it may be among them): what is plugged in, with its
/// serial number; else where; else the device node. Values that would mean something else in a pattern, or to
/// a shell, are not used.
PortName name_of(const Port& port, std::span<const Port> others);

} // namespace bgs2::cli
