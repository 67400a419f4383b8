// SPDX-License-Identifier: Apache-2.0
// The names and paths on the bus.
#pragma once

#include "dbus/sdbus/sdbus.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bgs2::dbus {

inline constexpr const char* bus_name = "io.bgs2d1";
inline constexpr const char* manager_path = "/io/bgs2d1";

/// The text as one element of an object path, which has ASCII letters, digits and _ only: other bytes are
/// _NN, in hexadecimal digits, and an empty text is "_".
inline std::string path_element(std::string_view text) {
    std::string element;
    for (const char c : text) {
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            element += c;
        else
            element += fmt::format("_{:02x}", static_cast<unsigned char>(c));
    }
    return element.empty() ? "_" : element;
}

// NOLINTBEGIN(modernize-return-braced-init-list): the constructor is explicit in sdbus-c++ 2.x
inline sdbus::ObjectPath modem_path(std::string_view imei) {
    return sdbus::ObjectPath("/io/bgs2d1/modem/" + path_element(imei));
}

inline sdbus::ObjectPath job_path(std::uint64_t number) {
    return sdbus::ObjectPath("/io/bgs2d1/job/" + std::to_string(number));
}
// NOLINTEND(modernize-return-braced-init-list)

} // namespace bgs2::dbus
