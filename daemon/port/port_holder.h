// SPDX-License-Identifier: Apache-2.0
// The program that has a port, as far as locks tell.
#pragma once

#include "daemon/base/port_info.h"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace bgs2 {

struct PortHolder {
    std::string name;   ///< of the program; empty: unknown
    pid_t pid = 0;      ///< 0: unknown
    std::string unit{}; ///< the service that it belongs to: "gprs.service"; empty: none, or unknown

    bool operator==(const PortHolder&) const = default;
};

/// "pppd (812)", "process 812", "pppd" or "another program".
std::string to_string(const PortHolder& holder);

/// The process that claims the port by a UUCP lock in `lock_directory`, or by flock(2) as /proc/locks shows.
/// The UUCP lock of a process that has ended does not count, nor one of this process. An flock(2) of a
/// process that has ended is held by a child of it: the holder has neither name nor pid then. Nothing: nobody
/// is known, which does not mean that the port can be claimed: TIOCEXCL names no process. Does not open the
/// port: that has side effects, and closing it would trigger ReleaseWatch.
std::optional<PortHolder> find_holder(const PortInfo& port, const std::filesystem::path& lock_directory);

} // namespace bgs2
