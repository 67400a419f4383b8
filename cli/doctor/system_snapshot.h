// SPDX-License-Identifier: Apache-2.0
// What 'bgs2ctl doctor' looks at: bgs2d, its service, the ports, who holds them, the clock.
#pragma once

#include "cli/client/objects.h"
#include "cli/client/service_unit.h"
#include "cli/doctor/port_holders.h"
#include "cli/doctor/tty_nodes.h"
#include "daemon/base/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {

/// Why somebody could not be asked.
struct QueryError {
    ExitCode exit = ExitCode::failed;
    std::string what;
    std::string hint;

    bool operator==(const QueryError&) const = default;
};

/// What bgs2d tells of itself.
struct DaemonSnapshot {
    pid_t pid = 0; ///< its process; 0: not known
    std::vector<Modem> modems;
    std::vector<Port> ports;
    std::vector<Policy> policies;
    std::vector<std::string> policy_errors;
    std::uint64_t history_lost_since = 0; ///< seconds since 1970, 0: nothing is lost

    bool operator==(const DaemonSnapshot&) const = default;
};

struct PolicyFile {
    std::string path;
    std::chrono::sys_seconds written;

    bool operator==(const PolicyFile&) const = default;
};

struct SystemSnapshot {
    std::optional<QueryError> bus_error; ///< why the bus can not be asked anything
    std::optional<ServiceUnit> unit;     ///< nothing: no systemd is on the bus
    bool running = false;                ///< somebody owns io.bgs2d1
    bool activatable = false;            ///< the bus starts bgs2d for who asks it something
    std::optional<DaemonSnapshot> daemon;
    std::optional<QueryError> daemon_error; ///< why bgs2d, which runs, could not be asked

    std::vector<TtyNode> nodes;
    Processes processes;

    std::chrono::sys_seconds now{};
    std::chrono::sys_seconds released{}; ///< no clock stands before that once it was set
    std::optional<PolicyFile> newest_policy;
    bool clock_synchronised = true; ///< or not known

    bool operator==(const SystemSnapshot&) const = default;
};

/// Looks, and changes nothing: bgs2d is not started by it. What can not be looked at stays empty.
SystemSnapshot take_snapshot();

} // namespace bgs2::cli
