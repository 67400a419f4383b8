// SPDX-License-Identifier: Apache-2.0
#include "tests/support/service_manager.h"

#include "dbus/sdbus/sdbus.h"
#include "tests/support/accounts.h"
#include "tests/support/gateway.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* systemd_name = "org.freedesktop.systemd1";
constexpr const char* systemd_manager = "org.freedesktop.systemd1.Manager";
constexpr const char* polkit_name = "org.freedesktop.PolicyKit1";

std::string text_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

bool is_owned(sdbus::IConnection& connection, const std::string& name) {
    bool owned = false;
    bus::make_proxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")
        ->callMethod("NameHasOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(name)
        .storeResultsTo(owned);
    return owned;
}

} // namespace

ServiceManager::ServiceManager(Polkit polkit) {
    if (::geteuid() != 0)
        throw std::runtime_error("a control group of its own requires root");
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    std::filesystem::create_directories(path("runtime/systemd"));
    write_accounts(folder_.path(), polkit == Polkit::real);
    write_bus();
    systemd_ = std::make_unique<Process>(
        with_accounts(folder_.path(), {BGS2_SERVICE_MANAGER_SANDBOX, folder_.path()}),
        Process::Options{.environment = {}, .output = path("systemd.log")});
    const auto deadline = Clock::now() + 20s;
    while (!is_listening(path("bus"))) {
        if (systemd_->wait(10ms) || Clock::now() > deadline)
            throw std::runtime_error("systemd did not start: " + text_of(path("systemd.log")));
    }
    connection_ = sdbus::createSessionBusConnectionWithAddress(bus_address());
    if (!eventually([this] { return is_owned(*connection_, systemd_name); }))
        throw std::runtime_error("systemd is not on the bus: " + text_of(path("systemd.log")));
    manager_ = bus::make_proxy(*connection_, systemd_name, "/org/freedesktop/systemd1");
    if (polkit == Polkit::real)
        start_polkit();
}

ServiceManager::~ServiceManager() {
    polkit_.reset();
    systemd_.reset();
    Process removal({BGS2_SERVICE_MANAGER_SANDBOX, "--remove", folder_.path()}, {});
    EXPECT_EQ(removal.wait(20s), 0);
}

void ServiceManager::write_bus() const {
    const auto configuration = folder_.write("bus.conf", fmt::format(R"(<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>systemd:</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.systemd1"/>
  </policy>
  <policy user="root">
    <allow own="org.freedesktop.systemd1"/>
  </policy>
  <include>{}</include>
  <include ignore_missing="yes">/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
</busconfig>
)",
                                                                     BGS2_BUS_CONFIGURATION));
    // systemd publishes itself on a bus that is a unit of its own.
    write_unit("dbus.socket",
               fmt::format("[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream={}\n", path("bus")));
    write_unit("dbus.service", fmt::format("[Unit]\nDefaultDependencies=no\nRequires=dbus.socket\n[Service]\n"
                                           "ExecStart=dbus-daemon --config-file={} --nofork --nopidfile "
                                           "--nosyslog\nStandardError=append:{}\n",
                                           configuration.string(), path("bus.log")));
    for (const char* target : {"basic", "shutdown", "exit"})
        write_unit(fmt::format("{}.target", target), "[Unit]\nDefaultDependencies=no\n");
    write_unit("default.target", "[Unit]\nDefaultDependencies=no\nWants=dbus.socket dbus.service\n");
}

void ServiceManager::start_polkit() {
    polkit_ = std::make_unique<Process>(
        with_accounts(folder_.path(), {"/usr/lib/polkit-1/polkitd", "--no-debug"}),
        Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + bus_address()},
                         .output = path("polkit.log")});
    if (!eventually([this] { return polkit_->wait(0ms) || is_owned(*connection_, polkit_name); }) ||
        polkit_->wait(0ms))
        throw std::runtime_error("polkitd did not start: " + text_of(path("polkit.log")));
}

void ServiceManager::write_unit(std::string_view name, std::string_view text) const {
    (void)folder_.write(fmt::format("units/{}", name), text);
}

void ServiceManager::write_sleeper(std::string_view name) const {
    write_unit(name, "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=sleep infinity\n");
}

void ServiceManager::write_rule(std::string_view name, std::string_view text) const {
    const auto file = folder_.write(fmt::format("new-{}", name), text);
    std::filesystem::permissions(file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    std::filesystem::rename(file, path(fmt::format("polkit/rules.d/{}", name)));
}

void ServiceManager::call_for_unit(const std::string& method, const std::string& unit) {
    manager_->callMethod(method).onInterface(systemd_manager).withArguments(unit, std::string("replace"));
}

bool ServiceManager::start(const std::string& unit) {
    call_for_unit("StartUnit", unit);
    return becomes(unit, "active");
}

void ServiceManager::reload() {
    manager_->callMethod("Reload").onInterface(systemd_manager);
}

std::string ServiceManager::restart_as(const Account& user, const std::string& unit) {
    const auto connection = connect_as(user, bus_address());
    try {
        bus::make_proxy(*connection, systemd_name, "/org/freedesktop/systemd1")
            ->callMethod("RestartUnit")
            .onInterface(systemd_manager)
            .withArguments(unit, std::string("replace"));
    } catch (const sdbus::Error& e) {
        return e.getName();
    }
    return {};
}

sdbus::ObjectPath ServiceManager::load(const std::string& unit) {
    sdbus::ObjectPath object;
    manager_->callMethod("LoadUnit").onInterface(systemd_manager).withArguments(unit).storeResultsTo(object);
    return object;
}

std::string ServiceManager::state(const std::string& unit) {
    return bus::make_proxy(*connection_, systemd_name, load(unit))
        ->getProperty("ActiveState")
        .onInterface("org.freedesktop.systemd1.Unit")
        .get<std::string>();
}

std::uint32_t ServiceManager::main_process(const std::string& unit) {
    return bus::make_proxy(*connection_, systemd_name, load(unit))
        ->getProperty("MainPID")
        .onInterface("org.freedesktop.systemd1.Service")
        .get<std::uint32_t>();
}

bool ServiceManager::becomes(const std::string& unit, std::string_view wanted) {
    return eventually([&] { return state(unit) == wanted; });
}

bool ServiceManager::eventually(const std::function<bool()>& condition, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (!condition()) {
        if (systemd_->wait(10ms) || Clock::now() > deadline)
            return false;
    }
    return true;
}

} // namespace bgs2::test
