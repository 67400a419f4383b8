// SPDX-License-Identifier: Apache-2.0
#include "tests/hotplug/modem_manager.h"

#include "dbus/sdbus/sdbus.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace bgs2::test {
namespace {

constexpr const char* program = "/usr/sbin/ModemManager";
constexpr const char* bus_name = "org.freedesktop.ModemManager1";
constexpr const char* modem_interface = "org.freedesktop.ModemManager1.Modem";
constexpr const char* simple_interface = "org.freedesktop.ModemManager1.Modem.Simple";

} // namespace

bool ModemManagerProgram::installed() {
    return std::filesystem::exists(program);
}

void ModemManagerProgram::start() {
    process_.emplace(
        std::vector<std::string>{program, "--debug", "--log-file=" + gateway_.path("modem-manager.log")},
        Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()},
                         .output = gateway_.path("modem-manager.output")});
}

std::optional<ModemManagerProgram::Objects> ModemManagerProgram::objects() {
    Objects objects;
    const auto connection = sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
    try {
        bus::make_proxy(*connection, bus_name, "/org/freedesktop/ModemManager1")
            ->callMethod("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .storeResultsTo(objects);
    } catch (const sdbus::Error&) {
        return std::nullopt;
    }
    return objects;
}

std::optional<std::size_t> ModemManagerProgram::modems() {
    const auto shown = objects();
    return shown ? std::optional(shown->size()) : std::nullopt;
}

bool ModemManagerProgram::shows_modems(std::size_t count) {
    return gateway_.eventually([&] { return modems() == count; });
}

std::string ModemManagerProgram::call(const std::function<void(sdbus::IProxy&)>& make) {
    const auto shown = objects();
    if (!shown || shown->size() != 1)
        return "not one modem";
    const auto connection = sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
    try {
        make(*bus::make_proxy(*connection, bus_name, shown->begin()->first));
    } catch (const sdbus::Error& e) {
        return e.getMessage();
    }
    return "";
}

std::string ModemManagerProgram::enable() {
    return call([](sdbus::IProxy& modem) {
        modem.callMethod("Enable").onInterface(modem_interface).withArguments(true);
    });
}

std::string ModemManagerProgram::connect() {
    return call([](sdbus::IProxy& modem) {
        const Gateway::Dictionary settings{{"apn", std::string("internet")}};
        sdbus::ObjectPath bearer;
        modem.callMethod("Connect")
            .onInterface(simple_interface)
            .withTimeout(std::chrono::minutes(1))
            .withArguments(settings)
            .storeResultsTo(bearer);
    });
}

std::string ModemManagerProgram::disconnect() {
    return call([](sdbus::IProxy& modem) {
        modem.callMethod("Disconnect")
            .onInterface(simple_interface)
            .withTimeout(std::chrono::minutes(1))
            .withArguments(sdbus::ObjectPath("/"));
    });
}

std::optional<std::int32_t> ModemManagerProgram::state() {
    const auto shown = objects();
    if (!shown || shown->size() != 1)
        return std::nullopt;
    return shown->begin()->second.at(modem_interface).at("State").get<std::int32_t>();
}

std::set<std::string> ModemManagerProgram::open_ports() const {
    std::set<std::string> ports;
    std::error_code gone;
    const auto descriptors = fmt::format("/proc/{}/fd", process_->pid());
    for (const auto& descriptor : std::filesystem::directory_iterator(descriptors, gone)) {
        auto target = std::filesystem::read_symlink(descriptor.path(), gone).string();
        if (target.starts_with("/dev/tty") || target.starts_with("/dev/pts/"))
            ports.insert(std::move(target));
    }
    return ports;
}

std::string ModemManagerProgram::log() const {
    std::ifstream file(gateway_.path("modem-manager.log"));
    return {std::istreambuf_iterator(file), {}};
}

} // namespace bgs2::test
