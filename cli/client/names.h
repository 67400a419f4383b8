// SPDX-License-Identifier: Apache-2.0
// The names and paths on the bus (dbus/io.bgs2d1.xml).
#pragma once

#include <string>

namespace bgs2::cli {

inline constexpr const char* bus_name = "io.bgs2d1";
inline constexpr const char* manager_path = "/io/bgs2d1";
inline constexpr const char* modem_path_prefix = "/io/bgs2d1/modem/";
inline constexpr const char* manager_interface = "io.bgs2d1.Manager";
inline constexpr const char* modem_interface = "io.bgs2d1.Modem";
inline constexpr const char* job_interface = "io.bgs2d1.Job";

inline constexpr const char* object_manager_interface = "org.freedesktop.DBus.ObjectManager";
inline constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";
inline constexpr const char* driver_name = "org.freedesktop.DBus"; ///< the bus itself
inline constexpr const char* driver_path = "/org/freedesktop/DBus";
inline constexpr const char* systemd_name = "org.freedesktop.systemd1";
inline constexpr const char* systemd_path = "/org/freedesktop/systemd1";

inline constexpr const char* polkit_name = "org.freedesktop.PolicyKit1";
inline constexpr const char* polkit_path = "/org/freedesktop/PolicyKit1/Authority";
inline constexpr const char* polkit_interface = "org.freedesktop.PolicyKit1.Authority";

/// The IMEI of a modem's path, the number of a job's.
inline std::string last_component(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

} // namespace bgs2::cli
