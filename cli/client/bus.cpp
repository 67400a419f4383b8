// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"

#include "cli/client/bus_error.h"
#include "cli/client/message.h"
#include "cli/client/password_agent.h"
#include "cli/terminal/child_process.h"

#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <map>
#include <poll.h>
#include <system_error>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr auto bus_name = "io.bgs2d1";
constexpr auto manager_path = "/io/bgs2d1";
constexpr auto manager_interface = "io.bgs2d1.Manager";
constexpr auto modem_interface = "io.bgs2d1.Modem";
constexpr auto job_interface = "io.bgs2d1.Job";
constexpr auto object_manager_interface = "org.freedesktop.DBus.ObjectManager";
constexpr auto properties_interface = "org.freedesktop.DBus.Properties";
constexpr auto driver_name = "org.freedesktop.DBus";
constexpr auto driver_path = "/org/freedesktop/DBus";
constexpr auto systemd_name = "org.freedesktop.systemd1";
constexpr auto systemd_path = "/org/freedesktop/systemd1";
constexpr std::chrono::minutes time_for_a_password(5);
constexpr std::int64_t longest_wait = 3'600'000; // ms; a later deadline takes several waits

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

std::map<std::string, sdbus::Variant> options_of(const ProvisionScope& scope) {
    std::map<std::string, sdbus::Variant> options;
    if (scope.slot)
        options.emplace("slot", sdbus::Variant(static_cast<std::uint32_t>(*scope.slot)));
    return options;
}

std::map<std::string, sdbus::Variant> options_of(const HistoryFilter& scope) {
    std::map<std::string, sdbus::Variant> options;
    if (!scope.modem.empty())
        options.emplace("modem", sdbus::Variant(scope.modem));
    if (scope.since) {
        // A time before 1970 means no limit.
        const auto seconds = std::max(scope.since->time_since_epoch(), std::chrono::seconds(0));
        options.emplace("since", sdbus::Variant(static_cast<std::uint64_t>(seconds.count())));
    }
    if (scope.failed)
        options.emplace("failed", sdbus::Variant(true));
    if (scope.limit)
        options.emplace("limit", sdbus::Variant(std::uint32_t{*scope.limit}));
    return options;
}

std::map<std::string, sdbus::Variant> options_of(Store store) {
    return {{"store", sdbus::Variant(std::string(word(store)))}};
}

/// sdbus-c++ 1.2 has no access to this flag of sd-bus.
class OpenedMessage : public sdbus::Message {
  public:
    static void allow_password(sdbus::Message& message) {
        sd_bus_message_set_allow_interactive_authorization(
            static_cast<sd_bus_message*>(message.*(&OpenedMessage::msg_)), 1);
    }
};

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

std::unique_ptr<sdbus::IConnection> connect(const Access& access) {
    if (!access.host.empty())
        return connect_over_ssh(access.host);
    try {
        return sdbus::createSystemBusConnection();
    } catch (const sdbus::Error& error) {
        throw no_daemon(
            fmt::format("cannot connect to the system bus: {}", error.getMessage()),
            "check 'systemctl status dbus'; if DBUS_SYSTEM_BUS_ADDRESS is set, it must name a bus");
    }
}

} // namespace

class Bus::Connection {
  public:
    explicit Connection(const Access& access)
      : access_(access)
      , bus_(connect(access)) {}

    /// A call that requires an authorization, which polkit may grant for a password.
    template<class... Arguments>
    Value ask(const std::string& path, const char* interface, const char* method,
              const Arguments&... arguments) {
        if (!agent_ && access_.ask_password && access_.host.empty() && somebody_can_be_asked())
            agent_.emplace();
        return call_on(bus_name, path, interface, method, arguments...);
    }

    template<class... Arguments>
    Value call(const std::string& path, const char* interface, const char* method,
               const Arguments&... arguments) {
        return call_on(bus_name, path, interface, method, arguments...);
    }

    template<class... Arguments>
    Value call_driver(const char* method, const Arguments&... arguments) {
        return call_on(driver_name, driver_path, driver_name, method, arguments...);
    }

    template<class... Arguments>
    Value call_systemd(const std::string& path, const char* interface, const char* method,
                       const Arguments&... arguments) {
        return call_on(systemd_name, path, interface, method, arguments...);
    }

    void subscribe() {
        try {
            match(fmt::format("type='signal',sender='{}',interface='{}',member='NameOwnerChanged',arg0='{}'",
                              driver_name, driver_name, bus_name));
            match(fmt::format("type='signal',sender='{}',path_namespace='{}'", bus_name, manager_path));
        } catch (const sdbus::Error& error) {
            throw to_command_error(error.getName(), error.getMessage());
        }
        try {
            owner_ =
                call_on(driver_name, driver_path, driver_name, "GetNameOwner", std::string(bus_name)).at(0);
        } catch (const CommandError& failure) {
            if (failure.exit() != ExitCode::no_daemon)
                throw;
            owner_.clear();
        }
    }

    [[nodiscard]] bool daemon_is_there() const { return !owner_.empty(); }

    std::optional<BusSignal> next_signal(const SignalFd& interrupt, const Deadline& deadline) {
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

  private:
    struct Arrived {
        std::string sender;
        BusSignal event;
    };

    template<class... Arguments>
    Value call_on(const std::string& name, const std::string& path, const char* interface, const char* method,
                  const Arguments&... arguments) {
        try {
            const auto proxy = sdbus::createProxy(*bus_, name, path);
            auto call = proxy->createMethodCall(interface, method);
            (static_cast<void>(call << arguments), ...);
            if (agent_)
                OpenedMessage::allow_password(call);
            auto reply = agent_ ? proxy->callMethod(call, time_for_a_password) : proxy->callMethod(call);
            return read_all(reply);
        } catch (const sdbus::Error& error) {
            throw to_command_error(error.getName(), error.getMessage());
        }
    }

    void match(const std::string& rule) {
        bus_->addMatch(
            rule,
            [this](sdbus::Message& message) {
                arrived_.push_back({message.getSender(),
                                    {message.getPath(), message.getInterfaceName(), message.getMemberName(),
                                     read_all(message)}});
            },
            sdbus::floating_slot);
    }

    bool accept(const std::string& sender, const BusSignal& event) {
        if (event.member == "NameOwnerChanged" && sender == driver_name) {
            owner_ = event.arguments.at(2).get<std::string>();
            return true;
        }
        return sender == owner_;
    }

    bool process() {
        try {
            return bus_->processPendingRequest();
        } catch (const sdbus::Error& error) {
            throw no_daemon(fmt::format("lost the connection to the system bus: {}", error.getMessage()),
                            "check 'systemctl status dbus'");
        }
    }

    /// Returns true once there may be something to process; false if interrupted or past the deadline.
    bool wait(const SignalFd& interrupt, const Deadline& deadline) {
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
            throw CommandError(
                Error{ErrorCode::failed,
                      fmt::format("cannot wait for the bus: {}", std::system_category().message(errno)),
                      {}});
        return descriptors[1].revents == 0;
    }

    Access access_;
    std::optional<PasswordAgent> agent_; ///< after the first call that requires an authorization
    std::unique_ptr<sdbus::IConnection> bus_;
    std::string owner_; ///< the unique name of the owner of io.bgs2d1; empty: none
    std::deque<Arrived> arrived_;
};

void require_local(const Access& access, const std::string& verb, const std::string& why) {
    if (access.host.empty())
        return;
    throw CommandError(Error{ErrorCode::not_supported, fmt::format("'{}' {}", verb, why),
                             fmt::format("run it on the gateway: ssh {} bgs2ctl {} ...", access.host, verb)});
}

Bus::Bus(const Access& access)
  : connection_(std::make_unique<Connection>(access)) {}

Bus::~Bus() = default;

std::vector<Modem> Bus::modems() {
    return modems_of(connection_->call(manager_path, object_manager_interface, "GetManagedObjects").at(0));
}

std::vector<JobInfo> Bus::jobs() {
    return jobs_of(connection_->call(manager_path, object_manager_interface, "GetManagedObjects").at(0));
}

std::vector<Port> Bus::ports() {
    return ports_of(connection_->call(manager_path, manager_interface, "ListPorts").at(0));
}

void Bus::rescan() {
    connection_->ask(manager_path, manager_interface, "Rescan");
}

std::vector<std::string> Bus::reload() {
    return connection_->ask(manager_path, manager_interface, "Reload").at(0);
}

std::vector<Policy> Bus::policies() {
    return policies_of(connection_->call(manager_path, manager_interface, "ListPolicies").at(0));
}

std::vector<FileExplanation> Bus::explain_policy(const std::string& imei) {
    return explained_of(connection_->call(manager_path, manager_interface, "ExplainPolicy", imei).at(0));
}

std::vector<HistoryEntry> Bus::history(const HistoryFilter& scope) {
    return history_entries_of(
        connection_->call(manager_path, manager_interface, "History", options_of(scope)).at(0));
}

std::uint64_t Bus::history_lost_since() {
    const Value value = connection_
                            ->call(manager_path, properties_interface, "Get", std::string(manager_interface),
                                   std::string("HistoryLostSince"))
                            .at(0);
    return value.is_number_integer() ? value.get<std::uint64_t>() : 0;
}

std::vector<PlanStep> Bus::plan(const std::string& modem, const ProvisionScope& scope) {
    return steps_of(connection_->call(modem, modem_interface, "Plan", options_of(scope)).at(0));
}

std::string Bus::provision(const std::string& modem, const ProvisionScope& scope) {
    return connection_->ask(modem, modem_interface, "Provision", options_of(scope)).at(0);
}

std::string Bus::refresh(const std::string& modem) {
    return connection_->ask(modem, modem_interface, "Refresh", options_of(ProvisionScope{})).at(0);
}

std::string Bus::install(const std::string& modem, const SlotAddress& address,
                         const CertificateFds& certificate) {
    auto options = options_of(address.store);
    options.emplace("format", sdbus::Variant(certificate.format));
    if (certificate.key)
        options.emplace("private-key", sdbus::Variant(sdbus::UnixFd(*certificate.key)));
    if (certificate.passphrase)
        options.emplace("passphrase", sdbus::Variant(sdbus::UnixFd(*certificate.passphrase)));
    return connection_
        ->ask(modem, modem_interface, "InstallCertificate", std::uint32_t{address.slot},
              sdbus::UnixFd(certificate.certificate), options)
        .at(0);
}

std::string Bus::erase(const std::string& modem, const SlotAddress& address) {
    return connection_
        ->ask(modem, modem_interface, "EraseCertificate", std::uint32_t{address.slot},
              options_of(address.store))
        .at(0);
}

std::string Bus::send_frame(const std::string& modem, int frame, Store store) {
    return connection_->ask(modem, modem_interface, "SendFrame", sdbus::UnixFd(frame), options_of(store))
        .at(0);
}

void Bus::cancel(const std::string& job) {
    connection_->ask(job, job_interface, "Cancel");
}

void Bus::subscribe() {
    connection_->subscribe();
}

bool Bus::daemon_is_there() const {
    return connection_->daemon_is_there();
}

std::optional<BusSignal> Bus::next_signal(const SignalFd& interrupt, Deadline deadline) {
    return connection_->next_signal(interrupt, deadline);
}

bool Bus::daemon_is_running() {
    return connection_->call_driver("NameHasOwner", std::string(bus_name)).at(0);
}

bool Bus::daemon_is_activatable() {
    const Value names = connection_->call_driver("ListActivatableNames").at(0);
    return std::ranges::find(names, Value(bus_name)) != names.end();
}

pid_t Bus::daemon_pid() {
    try {
        return connection_->call_driver("GetConnectionUnixProcessID", std::string(bus_name)).at(0);
    } catch (const CommandError&) {
        return 0; // in another PID namespace, for example
    }
}

std::optional<ServiceUnit> Bus::service_unit(const std::string& name) {
    if (!connection_->call_driver("NameHasOwner", std::string(systemd_name)).at(0).get<bool>())
        return std::nullopt;
    try {
        const std::string path =
            connection_->call_systemd(systemd_path, "org.freedesktop.systemd1.Manager", "LoadUnit", name)
                .at(0);
        const auto property = [&](const std::string& interface, const std::string& member) -> std::string {
            return connection_->call_systemd(path, properties_interface, "Get", interface, member).at(0);
        };
        const std::string unit = "org.freedesktop.systemd1.Unit";
        return ServiceUnit{.load = property(unit, "LoadState"),
                           .active = property(unit, "ActiveState"),
                           .enabled = property(unit, "UnitFileState"),
                           .result = property("org.freedesktop.systemd1.Service", "Result")};
    } catch (const CommandError&) {
        return std::nullopt; // systemd denies the query
    }
}

std::vector<std::string> Bus::policy_errors() {
    return connection_
        ->call(manager_path, properties_interface, "Get", std::string(manager_interface),
               std::string("PolicyErrors"))
        .at(0);
}

} // namespace bgs2::cli
