// SPDX-License-Identifier: Apache-2.0
// The attributes of a modem and its port that policies match.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace bgs2::policy {

struct ModemAttributes {
    std::string imei;
    std::string model;     ///< the answer to AT+CGMM: "BGS2-W"
    std::string serial;    ///< the serial number of the device that the port belongs to; empty if it has none
    std::string port_path; ///< udev's ID_PATH; empty if there is none
    std::map<std::string, std::string, std::less<>> properties; ///< udev's

    bool operator==(const ModemAttributes&) const = default;
};

} // namespace bgs2::policy
