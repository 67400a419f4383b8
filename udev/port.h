// SPDX-License-Identifier: Apache-2.0
// A serial port, as udev describes it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bgs2::udev {

/// The attributes of a tty in udev. A value: valid after the device is gone.
struct Port {
    std::string node;               ///< "/dev/ttyUSB0"; does not identify the modem
    std::string syspath;            ///< "/sys/devices/.../ttyUSB0", the port's identity while it exists
    std::vector<std::string> links; ///< "/dev/serial/by-id/...", sorted
    std::map<std::string, std::string> properties; ///< "ID_PATH", "ID_SERIAL_SHORT", "BGS2D_PORT", ...
    std::string physical_device; ///< the device that the port belongs to; see physical_device.h

    bool operator==(const Port&) const = default;
};

} // namespace bgs2::udev
