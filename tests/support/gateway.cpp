// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gateway.h"

#include "dbus/sdbus/sdbus.h"
#include "tests/support/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* destination = "io.bgs2d1";

std::string read_text(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

} // namespace

bool is_listening(const std::string& path) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const bool accepted = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return accepted;
}

Gateway::Gateway(const std::vector<std::string>& ports, Authorities authorities)
  : bus_address_("unix:path=" + path("bus"))
  , ports_(ports)
  , authorities_(authorities) {
    std::string config;
    for (const std::string& port : ports)
        config += fmt::format("[[port]]\ndevice = \"{}\"\n", path(port));
    write("bgs2d.toml", config);
    std::filesystem::create_directories(path("policy.d"));
    for (const char* name : {"state", "run", "lock"})
        std::filesystem::create_directories(path(name));
    if (authorities != Authorities::machine) {
        write_accounts(folder_.path(), authorities == Authorities::polkit);
        for (const char* name : {"", "policy.d", "state", "run", "lock"})
            chown_to_daemon(folder_.path() / name);
    }
    start_bus();
    if (authorities == Authorities::polkit)
        start_polkit();
}

std::vector<std::string> Gateway::in_sandbox(const std::vector<std::string>& command) const {
    return authorities_ == Authorities::machine ? command : with_accounts(folder_.path(), command);
}

std::vector<std::string> Gateway::as_daemon(const std::vector<std::string>& command) const {
    return authorities_ == Authorities::machine ? command : in_sandbox(run_as(daemon_account, command));
}

void Gateway::chown_to_daemon(const std::filesystem::path& file) const {
    // Not to its group, which has members.
    constexpr auto same = static_cast<gid_t>(-1);
    if (authorities_ != Authorities::machine && ::chown(file.c_str(), daemon_account.uid, same) != 0)
        throw std::system_error(errno, std::generic_category(), file);
}

void Gateway::restart_bus() {
    manager_.reset();
    connection_.reset();
    stop_bus();
    std::filesystem::remove(path("bus"));
    start_bus();
}

void Gateway::start_polkit() {
    polkit_ =
        std::make_unique<Process>(in_sandbox({"/usr/lib/polkit-1/polkitd", "--no-debug"}),
                                  Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + bus_address_},
                                                   .output = path("polkit.log")});
    const auto bus = bus::make_proxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    const bool ready = eventually([&] {
        bool owned = false;
        bus->callMethod("NameHasOwner")
            .onInterface("org.freedesktop.DBus")
            .withArguments("org.freedesktop.PolicyKit1")
            .storeResultsTo(owned);
        return owned || polkit_->wait(0ms);
    });
    if (!ready || polkit_->wait(0ms))
        throw std::runtime_error("polkitd did not start: " + read_text(path("polkit.log")));
}

void Gateway::start_bus() {
    // The relevant part of the distribution's configuration, and the shipped one.
    write("bus.conf",
          fmt::format(R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>{}</listen>
  <servicedir>{}</servicedir>
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
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/>
  </policy>
  <include>{}</include>
  <include ignore_missing="yes">/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
  <include ignore_missing="yes">/etc/dbus-1/system.d/org.freedesktop.ModemManager1.conf</include>
  <include ignore_missing="yes">/usr/share/dbus-1/system.d/org.freedesktop.login1.conf</include>
  <include ignore_missing="yes">/usr/share/dbus-1/system.d/org.freedesktop.systemd1.conf</include>
</busconfig>
)",
                      bus_address_, path("services"), BGS2_BUS_CONFIGURATION));
    bus_ = std::make_unique<Process>(in_sandbox({"dbus-daemon", "--config-file=" + path("bus.conf"),
                                                 "--nofork", "--nopidfile", "--nosyslog"}),
                                     Process::Options{.environment = {}, .output = path("bus.log")});
    const auto deadline = Clock::now() + 20s;
    while (!is_listening(path("bus"))) {
        if (bus_->wait(10ms) || Clock::now() > deadline)
            throw std::runtime_error("dbus-daemon did not start: " + read_text(path("bus.log")));
    }
    connection_ = sdbus::createSessionBusConnectionWithAddress(bus_address_);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    manager_ = bus::make_proxy(*connection_, destination, "/io/bgs2d1");
    manager_->uponSignal("JobCompleted")
        .onInterface("io.bgs2d1.Manager")
        .call(
            [this](const sdbus::ObjectPath& job, bool success, const std::string& error,
                   const std::string& message) { ended_jobs_[job] = success ? "" : error + ": " + message; });
    bus::finish_registration(*manager_);
}

std::string Gateway::write(std::string_view name, std::string_view text) const {
    std::string file = folder_.write(name, text);
    chown_to_daemon(file);
    return file;
}

void Gateway::write_policy(std::string_view name, std::string_view text) const {
    write(fmt::format("policy.d/{}.toml", name), text);
}

void Gateway::start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    std::vector<std::string> command{
        BGS2D,         "--config",  path("bgs2d.toml"), "--policy-dir", path("policy.d"), "--state-dir",
        path("state"), "--run-dir", path("run"),        "--lock-dir",   path("lock"),     "--log-level",
        "debug"};
    std::ranges::copy(arguments, std::back_inserter(command));
    Process::Options options{.environment = environment, .output = path("bgs2d.log")};
    options.environment.push_back("DBUS_SYSTEM_BUS_ADDRESS=" + bus_address_);
    daemon_ = std::make_unique<Process>(as_daemon(command), options);
    const std::size_t before = log().size();
    const bool ready = eventually([&] {
        if (daemon_->wait(0ms))
            throw std::runtime_error("bgs2d ended: " + log());
        return log().find(" is ready", before > 0 ? before - 1 : 0) != std::string::npos;
    });
    if (!ready)
        throw std::runtime_error("bgs2d is not ready: " + log());
}

std::optional<int> Gateway::stop(std::chrono::milliseconds timeout) {
    daemon_->signal(SIGTERM);
    return daemon_->wait(timeout);
}

std::string Gateway::log() const {
    return read_text(path("bgs2d.log"));
}

Process& Gateway::plug(const std::string& name, const std::vector<std::string>& arguments) {
    std::filesystem::create_directories(path(name + ".frames"));
    chown_to_daemon(path(name + ".frames"));
    std::vector<std::string> command{
        BGS2SIM, "--pty", path(name), "--log", path(name + ".log"), "--frames", path(name + ".frames")};
    std::ranges::copy(arguments, std::back_inserter(command));
    modems_.erase(name);
    return modems_
        .emplace(name, Process(as_daemon(command),
                               Process::Options{.environment = {}, .output = path(name + ".output")}))
        .first->second;
}

void Gateway::unplug(const std::string& name) {
    modems_.at(name).signal(SIGTERM);
    if (!modems_.at(name).wait(10s))
        throw std::runtime_error("bgs2sim does not end");
    modems_.erase(name);
}

std::string Gateway::modem_log(const std::string& name) const {
    return read_text(path(name + ".log"));
}

std::size_t Gateway::frames(const std::string& name) const {
    const std::filesystem::directory_iterator files(path(name + ".frames"));
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

bool Gateway::eventually(const std::function<bool()>& condition, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (!condition()) {
        if (Clock::now() > deadline)
            return false;
        if (!bus::process_one(*connection_)) {
            // Events outside the bus, such as the end of a process, require polling.
            constexpr int poll_interval = 20; // ms
            pollfd waiting{.fd = connection_->getEventLoopPollData().fd, .events = POLLIN, .revents = 0};
            ::poll(&waiting, 1, poll_interval);
        }
    }
    return true;
}

bool Gateway::releases(const std::string& imei) {
    return eventually([&] { return property("PortUse", imei) == "released"; });
}

bool Gateway::is_closed(const std::string& name) {
    return eventually([&] {
        const std::string log = modem_log(name);
        const auto line = log.rfind('\n', log.size() - 2);
        return log.ends_with('\n') && log.find("port-close", line) != std::string::npos;
    });
}

bool Gateway::becomes(std::string_view state, const std::string& imei) {
    return eventually([&] { return property("State", imei) == state; });
}

std::unique_ptr<sdbus::IProxy> Gateway::modem(const std::string& imei) {
    return bus::make_proxy(*connection_, destination, "/io/bgs2d1/modem/" + imei);
}

std::string Gateway::property(const std::string& name, const std::string& imei) {
    try {
        return modem(imei)->getProperty(name).onInterface("io.bgs2d1.Modem").get<std::string>();
    } catch (const sdbus::Error&) {
        return {}; // the modem or bgs2d is not on the bus
    }
}

std::map<std::uint32_t, Gateway::Dictionary> Gateway::slots(const std::string& imei) {
    std::map<std::uint32_t, Dictionary> by_number;
    const auto slots =
        modem(imei)->getProperty("Slots").onInterface("io.bgs2d1.Modem").get<std::vector<Dictionary>>();
    for (const Dictionary& slot : slots)
        by_number.emplace(slot.at("slot").get<std::uint32_t>(), slot);
    return by_number;
}

std::string Gateway::thumbprint(std::uint32_t slot, const std::string& imei) {
    const auto all = slots(imei);
    const auto found = all.find(slot);
    if (found == all.end() || !found->second.contains("thumbprint"))
        return {};
    return found->second.at("thumbprint").get<std::string>();
}

Gateway::Dictionary Gateway::port(const std::string& name) {
    std::vector<Dictionary> ports;
    manager_->callMethod("ListPorts").onInterface("io.bgs2d1.Manager").storeResultsTo(ports);
    for (const Dictionary& each : ports) {
        if (each.at("device").get<std::string>() == path(name))
            return each;
    }
    return {};
}

std::string Gateway::port_state(const std::string& name) {
    const Dictionary found = port(name);
    return found.empty() ? std::string() : found.at("state").get<std::string>();
}

std::vector<std::string> Gateway::reload() {
    std::vector<std::string> errors;
    manager_->callMethod("Reload").onInterface("io.bgs2d1.Manager").storeResultsTo(errors);
    return errors;
}

sdbus::ObjectPath Gateway::ask(const std::string& method, const Dictionary& options,
                               const std::string& imei) {
    sdbus::ObjectPath job;
    modem(imei)->callMethod(method).onInterface("io.bgs2d1.Modem").withArguments(options).storeResultsTo(job);
    return job;
}

std::optional<std::string> Gateway::end_of(const sdbus::ObjectPath& job) {
    const auto found = ended_jobs_.find(job);
    return found == ended_jobs_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace bgs2::test
