// SPDX-License-Identifier: Apache-2.0
// USB devices that are modems, by vendor and product in hexadecimal as in sysfs: "1e2d", "0058". Pure.
#pragma once

#include <string_view>

namespace bgs2::cli {

/// The shipped udev rule names the AT ports of the device.
bool is_modem_of_the_rule(std::string_view vendor, std::string_view product);

/// An earlier udev rule named all ports of the device. The shipped one names none, since it is not known
/// which of them is the AT port.
bool was_modem_of_the_rule(std::string_view vendor, std::string_view product);

} // namespace bgs2::cli
