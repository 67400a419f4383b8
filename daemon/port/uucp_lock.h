// SPDX-License-Identifier: Apache-2.0
// A UUCP lock: the file LCK..ttyS1, by which pppd, minicom and cu keep off a port.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/port_info.h"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2 {

/// The names of the lock files of a port: of its node, of the node that it links to, and of udev's links to
/// it, as far as they are in /dev. Programs lock the path that they were given: pppd and minicom as
/// LCK..serial_by-id_modem, cu as LCK..modem.
std::vector<std::string> uucp_lock_names(const PortInfo& port);

/// The process that is named in a lock file, in ASCII ("%10d\n") or binary; nothing if the file does not
/// exist or names no process that runs. A zombie does not run.
std::optional<pid_t> uucp_lock_owner(const std::filesystem::path& lock_file);

/// Holds the lock of a port until it is destroyed.
class UucpLock : Immovable {
  public:
    /// Replaces the lock of a process that has ended, and one of this process, which an earlier process with
    /// the same pid has left. Takes none if the directory does not exist or cannot be written, or if a lock
    /// of a process that has ended cannot be removed: the other claims still hold. Throws Exception
    /// (PortClaimed) if a process has it, or has just created it without its pid yet.
    UucpLock(const PortInfo& port, const std::filesystem::path& lock_directory);
    ~UucpLock();

  private:
    void release();

    std::vector<std::filesystem::path> files_; ///< that this object made
};

} // namespace bgs2
