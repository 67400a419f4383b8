// SPDX-License-Identifier: Apache-2.0
// The UUCP locks of serial ports: the files LCK..ttyS1, by which pppd, minicom and cu keep off a port.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::cli {

struct LockFile {
    std::string device; ///< as in the query
    std::string file;
    pid_t pid = 0;        ///< 0: the file names no process
    bool running = false; ///< that process runs, or is just creating the file

    bool operator==(const LockFile&) const = default;
};

/// The lock files of these device nodes, by all paths in /dev that lead to them, in the order of `devices`.
/// Omits those that cannot be read.
std::vector<LockFile> lock_files(std::span<const std::string> devices,
                                 const std::filesystem::path& directory = "/run/lock");

} // namespace bgs2::cli
