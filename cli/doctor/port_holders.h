// SPDX-License-Identifier: Apache-2.0
// Which processes have serial ports open, as /proc tells.
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
    std::string device; ///< as it was asked for
    pid_t pid = 0;
    std::string name; ///< of the program, at most 15 bytes

    bool operator==(const Holder&) const = default;
};

struct Processes {
    std::vector<Holder> holders;   ///< by device, then by process
    std::set<std::string> running; ///< the names of all programs
    std::size_t hidden = 0;        ///< how many processes do not let us see what they have open

    bool operator==(const Processes&) const = default;
};

/// Looks through all processes but this one for these device nodes. A node that is not there is held by
/// nobody.
Processes look_at_processes(std::span<const std::string> devices,
                            const std::filesystem::path& proc = "/proc");

} // namespace bgs2::cli
