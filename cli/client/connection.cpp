// SPDX-License-Identifier: Apache-2.0
#include "cli/client/connection.h"

#include "cli/client/bus_error.h"
#include "cli/client/message.h"
#include "cli/terminal/child_process.h"
#include "daemon/base/container.h"
#include "daemon/base/system_error.h"
#include "dbus/sdbus/sdbus.h"

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <poll.h>
#include <system_error>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::chrono::minutes time_for_a_password(5);
constexpr std::int64_t longest_wait = 3'600'000; // ms; a later deadline takes several waits

std::unique_ptr<sdbus::IConnection> connect_over_ssh(const std::string& host) {
    if (!is_program("ssh"))
        throw no_daemon("cannot connect to another machine: the program 'ssh' is not installed",
                        "install the package openssh-client");
    try {
        return sdbus::createRemoteSystemBusConnection(host);
    } catch (const sdbus::Error& error) {
        throw no_daemon(
            fmt::format("cannot connect to the system bus of {}: {}", host, error.getMessage()),
            fmt::format("check that 'ssh {} systemd-stdio-bridge' can log in and finds the program; "
                        "the error of ssh is above",
                        host));
    }
}

std::string hint_on_system_bus() {
    constexpr const char* socket = "/run/dbus/system_bus_socket";
    const std::string container = container_manager();
    if (container.empty())
        return "check 'systemctl status dbus'; if DBUS_SYSTEM_BUS_ADDRESS is set, it must name a bus";
    std::error_code error;
    if (std::filesystem::exists(socket, error) && users_are_mapped())
        return fmt::format(
            "this container ({}) has a user namespace, and the bus refuses users that its machine does "
            "not know: run the container without one, or bgs2ctl outside of it",
            container);
    return fmt::format(
        "this is a container ({}): mount {} of the machine that runs bgs2d into it, or start a bus in "
        "it",
        container, socket);
}

std::unique_ptr<sdbus::IConnection> connect(const Access& access) {
    if (!access.host.empty())
        return connect_over_ssh(access.host);
    try {
        return sdbus::createSystemBusConnection();
    } catch (const sdbus::Error& error) {
        throw no_daemon(fmt::format("cannot connect to the system bus: {}", error.getMessage()),
                        hint_on_system_bus());
    }
}

} // namespace

Connection::Connection(const Access& access)
  : access_(access)
  , bus_(connect(access)) {}

Value Connection::send(const std::string& name, const std::string& path, const char* interface,
                       const char* method, const Writer& write_arguments) {
    try {
        const auto proxy = bus::make_proxy(*bus_, name, path);
        auto call = proxy->createMethodCall(bus::InterfaceName(interface), bus::MethodName(method));
        write_arguments(call);
        if (agent_)
            ::sd_bus_message_set_allow_interactive_authorization(bus::raw(call), 1);
        auto reply = agent_ ? proxy->callMethod(call, time_for_a_password) : proxy->callMethod(call);
        return read_all(reply);
    } catch (const sdbus::Error& error) {
        throw to_command_error(error.getName(), error.getMessage());
    }
}

void Connection::start_agent() {
    if (!agent_ && access_.ask_password && access_.host.empty() && can_ask_for_password())
        agent_.emplace();
}

void Connection::subscribe() {
    try {
        match(fmt::format("type='signal',sender='{}',interface='{}',member='NameOwnerChanged',arg0='{}'",
                          driver_name, driver_name, bus_name));
        match(fmt::format("type='signal',sender='{}',path_namespace='{}'", bus_name, manager_path));
    } catch (const sdbus::Error& error) {
        throw to_command_error(error.getName(), error.getMessage());
    }
    try {
        owner_ = call_driver("GetNameOwner", std::string(bus_name)).at(0);
    } catch (const CommandError& failure) {
        if (failure.exit() != ExitCode::no_daemon)
            throw;
        owner_.clear();
    }
}

std::optional<BusSignal> Connection::next_signal(const SignalFd& interrupt, const Deadline& deadline) {
    while (true) {
        while (!arrived_.empty()) {
            auto [sender, event] = std::move(arrived_.front());
            arrived_.pop_front();
            if (accept(sender, event))
                return event;
        }
        if (process())
            continue;
        if (!wait(interrupt, deadline))
            return std::nullopt;
    }
}

void Connection::match(const std::string& rule) {
    matches_.push_back(bus::watch(*bus_, rule, [this](sdbus::Message& message) {
        arrived_.push_back(
            {message.getSender(),
             {message.getPath(), message.getInterfaceName(), message.getMemberName(), read_all(message)}});
    }));
}

bool Connection::accept(const std::string& sender, const BusSignal& event) {
    if (event.member == "NameOwnerChanged" && sender == driver_name) {
        owner_ = event.arguments.at(2).get<std::string>();
        return true;
    }
    return sender == owner_;
}

bool Connection::process() {
    try {
        return bus::process_one(*bus_);
    } catch (const sdbus::Error& error) {
        throw no_daemon(fmt::format("lost the connection to the system bus: {}", error.getMessage()),
                        "check 'systemctl status dbus'");
    }
}

/// Returns true once there may be something to process; false if interrupted or past the deadline.
bool Connection::wait(const SignalFd& interrupt, const Deadline& deadline) {
    const auto data = bus_->getEventLoopPollData();
    int timeout = data.getPollTimeout();
    if (deadline) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return false;
        const int at_most = static_cast<int>(std::min<std::int64_t>(left.count(), longest_wait));
        timeout = timeout < 0 ? at_most : std::min(timeout, at_most);
    }
    std::array descriptors{pollfd{data.fd, data.events, 0}, pollfd{interrupt.descriptor(), POLLIN, 0}};
    if (poll(descriptors.data(), descriptors.size(), timeout) < 0 && errno != EINTR)
        throw CommandError(system_error(errno, "wait for the bus"));
    return descriptors[1].revents == 0;
}

} // namespace bgs2::cli
