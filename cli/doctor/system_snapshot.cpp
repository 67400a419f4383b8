// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/system_snapshot.h"

#include "cli/client/bus.h"
#include "cli/terminal/command_error.h"
#include "daemon/base/container.h"
#include "daemon/base/process.h"
#include "daemon/pki/preflight.h"

#include <filesystem>
#include <sys/stat.h>
#include <sys/timex.h>

namespace bgs2::cli {
namespace {

/// The maximum error of a synchronised clock, the same as that of systemd; in microseconds.
constexpr long largest_clock_error = 16'000'000;

QueryError query_error_of(const CommandError& failure) {
    return {.exit = failure.exit(), .what = failure.what(), .hint = failure.hint()};
}

/// A unit that no policy names: a rule that permits it permits all.
constexpr const char* no_unit = "bgs2d-doctor-names-no-unit.service";

void query_units(Bus& bus, DaemonSnapshot& reported) {
    for (const Policy& policy : reported.policies) {
        for (const std::string& name : policy.borrow_from)
            reported.units.push_back({.name = name,
                                      .policy = policy.name,
                                      .unit = bus.service_unit(name),
                                      .may_stop = bus.daemon_may_stop(name)});
    }
    reported.may_stop_others = bus.daemon_may_stop(no_unit).value_or(false);
}

DaemonSnapshot query_daemon(Bus& bus) {
    DaemonSnapshot reported{.pid = bus.daemon_pid(),
                            .modems = bus.modems(),
                            .ports = bus.ports(),
                            .policies = bus.policies(),
                            .policy_errors = bus.policy_errors(),
                            .units = {},
                            .may_stop_others = false,
                            .history_lost_since = bus.history_lost_since()};
    query_units(bus, reported);
    return reported;
}

void query_bus(SystemSnapshot& snapshot) {
    try {
        Bus bus;
        snapshot.unit = bus.service_unit("bgs2d.service");
        snapshot.activatable = bus.daemon_is_activatable();
        snapshot.running = bus.daemon_is_running();
        if (!snapshot.running) // a method call would start it
            return;
        try {
            snapshot.daemon = query_daemon(bus);
        } catch (const CommandError& failure) {
            snapshot.daemon_error = query_error_of(failure);
        }
    } catch (const CommandError& failure) {
        snapshot.bus_error = query_error_of(failure);
    }
}

std::vector<std::string> devices_of(const SystemSnapshot& snapshot) {
    std::vector<std::string> devices;
    if (snapshot.daemon) {
        for (const Port& port : snapshot.daemon->ports)
            devices.push_back(port.device);
    } else {
        for (const TtyNode& node : snapshot.nodes)
            devices.push_back(node.device);
    }
    return devices;
}

std::optional<PolicyFile> newest(const std::vector<Policy>& policies) {
    std::optional<PolicyFile> found;
    for (const Policy& policy : policies) {
        struct stat status{};
        if (::stat(policy.file.c_str(), &status) != 0)
            continue;
        const std::chrono::sys_seconds written{std::chrono::seconds(status.st_mtim.tv_sec)};
        if (!found || written > found->written)
            found = PolicyFile{.path = policy.file, .written = written};
    }
    return found;
}

void look_at_this_machine(SystemSnapshot& snapshot) {
    snapshot.nodes = tty_nodes();
    const std::vector<std::string> devices = devices_of(snapshot);
    snapshot.processes = look_at_processes(devices);
    snapshot.locks = lock_files(devices);
    if (snapshot.daemon)
        snapshot.newest_policy = newest(snapshot.daemon->policies);
}

/// Queries the kernel, as timedatectl does. True if that is not permitted.
bool clock_is_synchronised() {
    timex state{};
    return ::adjtimex(&state) < 0 || state.maxerror < largest_clock_error;
}

} // namespace

std::vector<Holder> other_holders(const SystemSnapshot& snapshot, const std::string& device) {
    std::vector<Holder> found;
    for (const Holder& holder : snapshot.processes.holders) {
        const bool is_bgs2d = snapshot.daemon && snapshot.daemon->pid != 0
                                  ? holder.pid == snapshot.daemon->pid
                                  : holder.name == "bgs2d";
        if (holder.device == device && !is_bgs2d)
            found.push_back(holder);
    }
    return found;
}

bool finds_no_port_without_udev(const SystemSnapshot& snapshot) {
    return snapshot.daemon && !snapshot.container.empty() && !snapshot.daemon_elsewhere &&
           !snapshot.has_udev && snapshot.daemon->ports.empty();
}

SystemSnapshot take_snapshot() {
    SystemSnapshot snapshot;
    snapshot.container = container_manager();
    snapshot.has_udev = std::filesystem::exists("/run/udev/control"); // as long as udevd runs (udev(7))
    query_bus(snapshot);
    // The bus gives the pid as its own container has it.
    snapshot.daemon_elsewhere =
        !snapshot.container.empty() && snapshot.daemon && process_name(snapshot.daemon->pid) != "bgs2d";
    if (!snapshot.daemon_elsewhere)
        look_at_this_machine(snapshot);
    snapshot.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    snapshot.released = pki::clock_was_set_after;
    snapshot.clock_synchronised = clock_is_synchronised();
    return snapshot;
}

} // namespace bgs2::cli
