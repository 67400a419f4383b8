// SPDX-License-Identifier: Apache-2.0
// The device that a port belongs to, as named by ModemManager.
#pragma once

#include <span>
#include <string>

namespace bgs2::udev {

/// A device in sysfs and udev: the attributes that determine the name.
struct Ancestor {
    std::string name; ///< the kernel's: "ttyUSB0"
    std::string syspath;
    std::string subsystem;
    std::string type; ///< DEVTYPE: "usb_device"
    std::string uid;  ///< set by a rule: ID_MM_PHYSDEV_UID

    bool operator==(const Ancestor&) const = default;
};

/// The name that ModemManager 1.20 gives to the device that ports share: the uid that a rule set, otherwise
/// its syspath; the port itself if there is none. `line` is the port and its ancestors in sysfs, the port
/// first.
std::string physical_device(std::span<const Ancestor> line);

} // namespace bgs2::udev
