// SPDX-License-Identifier: Apache-2.0
// The names and paths on the bus.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bgs2::dbus {

inline constexpr const char* bus_name = "io.bgs2d1";
inline constexpr const char* manager_path = "/io/bgs2d1";

inline std::string modem_path(std::string_view imei) {
    return "/io/bgs2d1/modem/" + std::string(imei);
}

inline std::string job_path(std::uint64_t number) {
    return "/io/bgs2d1/job/" + std::to_string(number);
}

} // namespace bgs2::dbus
