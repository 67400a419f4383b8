// SPDX-License-Identifier: Apache-2.0
// The input of 'bgs2ctl doctor': bgs2d, its service, the ports, the programs that use them, the clock.
#pragma once

#include "cli/client/objects.h"
#include "cli/client/service_unit.h"
#include "cli/doctor/lock_files.h"
#include "cli/doctor/port_holders.h"
#include "cli/doctor/tty_nodes.h"
#include "daemon/base/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {

/// The error of a query that failed.
struct QueryError {
    ExitCode exit = ExitCode::failed;
    std::string what;
    std::string hint;

    bool operator==(const QueryError&) const = default;
};

/// A unit that a policy names in borrow-from.
struct BorrowedUnit {
    std::string name;
    std::string policy;
    std::optional<ServiceUnit> unit; ///< nothing: unknown
    std::optional<bool> may_stop;    ///< polkit lets bgs2d stop it; nothing: unknown

    bool operator==(const BorrowedUnit&) const = default;
};

/// The state that bgs2d reports.
struct DaemonSnapshot {
    pid_t pid = 0; ///< 0: unknown
    std::vector<Modem> modems;
    std::vector<Port> ports;
    std::vector<Policy> policies;
    std::vector<std::string> policy_errors;
    std::vector<BorrowedUnit> units;      ///< those of borrow-from of all policies
    bool may_stop_others = false;         ///< polkit lets bgs2d stop units that no policy names
    std::uint64_t history_lost_since = 0; ///< seconds since 1970, 0: nothing is lost

    bool operator==(const DaemonSnapshot&) const = default;
};

struct PolicyFile {
    std::string path;
    std::chrono::sys_seconds written;

    bool operator==(const PolicyFile&) const = default;
};

struct SystemSnapshot {
    std::string container;         ///< the program that made the container of bgs2ctl; empty: none
    bool daemon_elsewhere = false; ///< bgs2d runs outside of that container
    bool has_udev = true;          ///< udevd runs where bgs2ctl does

    std::optional<QueryError> bus_error; ///< the bus cannot be reached
    std::optional<ServiceUnit> unit;     ///< nothing: no systemd on the bus
    bool running = false;                ///< io.bgs2d1 has an owner
    bool activatable = false;            ///< the bus starts bgs2d on a method call
    std::optional<DaemonSnapshot> daemon;
    std::optional<QueryError> daemon_error; ///< bgs2d is running, but cannot be queried

    std::vector<TtyNode> nodes;
    Processes processes;
    std::vector<LockFile> locks; ///< of these ports

    std::chrono::sys_seconds now{};
    std::chrono::sys_seconds released{}; ///< release of this version; an earlier clock is not set
    std::optional<PolicyFile> newest_policy;
    bool clock_synchronised = true; ///< or unknown

    bool operator==(const SystemSnapshot&) const = default;
};

/// The programs that have the device open, except bgs2d.
std::vector<Holder> other_holders(const SystemSnapshot& snapshot, const std::string& device);

/// Whether bgs2d runs in a container where it learns of no port: udev does not run there, and bgs2d.toml
/// names none.
bool finds_no_port_without_udev(const SystemSnapshot& snapshot);

/// Changes nothing and does not start bgs2d. Information that is not available stays empty.
SystemSnapshot take_snapshot();

} // namespace bgs2::cli
