// SPDX-License-Identifier: Apache-2.0
#include "dbus/error_names.h"

#include "dbus/text.h"

namespace bgs2::dbus {

std::string error_name(ErrorCode code) {
    if (code == ErrorCode::access_denied)
        return "org.freedesktop.DBus.Error.AccessDenied";
    return "io.bgs2d1.Error." + std::string(word(code));
}

sdbus::Error to_bus(const Error& error) {
    return bus::make_error(error_name(error.code), Text(to_lines(error)).str());
}

} // namespace bgs2::dbus
