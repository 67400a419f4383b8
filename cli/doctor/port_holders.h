// SPDX-License-Identifier: Apache-2.0
// Finds the processes that have serial ports open, from /proc.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::cli {

struct Holder {
    std::string device; ///< as in the query
    pid_t pid = 0;
    std::string name;   ///< of the program, at most 15 bytes
    std::string unit{}; ///< of the service manager, "gprs.service"; empty: none, or unknown

    bool operator==(const Holder&) const = default;
};

struct Processes {
    std::vector<Holder> holders;   ///< by device, then by process
    std::set<std::string> running; ///< the names of all programs
    std::size_t hidden = 0;        ///< number of processes that denied access

    bool operator==(const Processes&) const = default;
};

/// Searches all processes except this one for these device nodes. Ignores a node that does not exist.
Processes look_at_processes(std::span<const std::string> devices,
                            const std::filesystem::path& proc = "/proc");

} // namespace bgs2::cli
