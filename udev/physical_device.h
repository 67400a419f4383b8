// SPDX-License-Identifier: Apache-2.0
// The device that a port is part of, by the name that ModemManager has for it.
#pragma once

#include <span>
#include <string>

namespace bgs2::udev {

/// A device as sysfs and udev describe it, in so far as it bears on that name.
struct Ancestor {
    std::string name; ///< the kernel's: "ttyUSB0"
    std::string syspath;
    std::string subsystem;
    std::string type; ///< DEVTYPE: "usb_device"
    std::string uid;  ///< of a rule's: ID_MM_PHYSDEV_UID

    bool operator==(const Ancestor&) const = default;
};

/// What ModemManager 1.20 calls the device, which all its ports share: the uid that a rule gave it, else its
/// syspath; the port itself where there is none. `line` is the port and what stands above it in sysfs, the
/// port first.
std::string physical_device(std::span<const Ancestor> line);

} // namespace bgs2::udev
