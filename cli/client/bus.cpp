// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"

#include "cli/client/connection.h"
#include "cli/client/names.h"
#include "cli/terminal/command_error.h"
#include "dbus/sdbus/sdbus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>

namespace bgs2::cli {
namespace {

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

} // namespace

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

void Bus::trust(const std::string& modem) {
    connection_->ask(modem, modem_interface, "Trust", options_of(ProvisionScope{}));
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

std::optional<BusSignal> Bus::next_signal(const SignalFd& interrupt,
                                          std::optional<std::chrono::steady_clock::time_point> deadline) {
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

std::optional<bool> Bus::daemon_may_stop(const std::string& unit) {
    using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
    if (!connection_->call_driver("NameHasOwner", std::string(polkit_name)).at(0).get<bool>())
        return std::nullopt;
    try {
        const std::string owner = connection_->call_driver("GetNameOwner", std::string(bus_name)).at(0);
        const Subject bgs2d("system-bus-name", {{"name", sdbus::Variant(owner)}});
        // The details that systemd gives with its own check.
        const std::map<std::string, std::string> details{{"unit", unit}, {"verb", "stop"}};
        constexpr std::uint32_t without_dialogue = 0;
        return connection_
            ->call_polkit("CheckAuthorization", bgs2d, std::string("org.freedesktop.systemd1.manage-units"),
                          details, without_dialogue, std::string())
            .at(0)
            .at(0)
            .get<bool>();
    } catch (const CommandError&) {
        return std::nullopt;
    }
}

std::vector<std::string> Bus::policy_errors() {
    return connection_
        ->call(manager_path, properties_interface, "Get", std::string(manager_interface),
               std::string("PolicyErrors"))
        .at(0);
}

} // namespace bgs2::cli
