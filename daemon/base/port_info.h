// SPDX-License-Identifier: Apache-2.0
// A serial port as udev describes it.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

struct PortInfo {
    std::string device;             ///< "/dev/ttyUSB0"
    std::vector<std::string> links; ///< udev's links to it, "/dev/serial/by-id/..."
    std::map<std::string, std::string, std::less<>> properties; ///< ID_PATH among them
    /// The sysfs path of the device that the port belongs to, as ModemManager names it; empty if unknown.
    std::string physical_device{};

    /// Empty if the port has no property of that name.
    [[nodiscard]] std::string property(std::string_view name) const;

    bool operator==(const PortInfo&) const = default;
};

/// The port for which udev runs a program, from the environment ("NAME=value") that has its properties.
PortInfo port_in_environment(std::span<const std::string_view> environment);

} // namespace bgs2
