// SPDX-License-Identifier: Apache-2.0
#include "dbus/unit_starter.h"

#include "dbus/names.h"
#include "dbus/units.h"

#include <sdbus-c++/sdbus-c++.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <sys/types.h>

namespace bgs2::dbus {
namespace {

constexpr std::chrono::seconds start_timeout{5};

} // namespace

UnitStarter::UnitStarter()
  : connection_(sdbus::createSystemBusConnection()) {}

bool UnitStarter::daemon_is_running() {
    const auto bus = sdbus::createProxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    std::uint32_t pid = 0;
    try {
        bus->callMethod("GetConnectionUnixProcessID")
            .onInterface("org.freedesktop.DBus")
            .withTimeout(start_timeout)
            .withArguments(std::string(bus_name))
            .storeResultsTo(pid);
    } catch (const sdbus::Error& e) {
        if (e.getName() == "org.freedesktop.DBus.Error.NameHasNoOwner")
            return false;
        throw;
    }
    // The bus may not have noticed yet that the process has ended.
    return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

Expected<void> UnitStarter::start(const std::string& unit) {
    const auto manager =
        sdbus::createProxy(*connection_, "org.freedesktop.systemd1", "/org/freedesktop/systemd1");
    try {
        manager->callMethod("StartUnit")
            .onInterface("org.freedesktop.systemd1.Manager")
            .withTimeout(start_timeout)
            .withArguments(unit, std::string("replace"));
    } catch (const sdbus::Error& e) {
        return std::unexpected(unit_error("start " + unit, e).error());
    }
    return {};
}

} // namespace bgs2::dbus
