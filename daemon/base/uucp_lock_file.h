// SPDX-License-Identifier: Apache-2.0
// The files LCK..ttyS1 in /run/lock, by which pppd, minicom and cu keep off a port: their names and their
// content.
#pragma once

#include "daemon/base/port_info.h"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2 {

struct UucpLockFile {
    pid_t process = 0;          ///< that the file names, in ASCII ("%10d\n") or binary; 0: none
    bool owner_unknown = false; ///< so new that its program may still write the process, or unreadable

    bool operator==(const UucpLockFile&) const = default;
};

/// The names of the lock files of a port: of its node, of the node that it links to, and of its links, as far
/// as they are in /dev. Programs lock the path that they were given: pppd and minicom as
/// LCK..serial_by-id_modem, cu as LCK..modem.
std::vector<std::string> uucp_lock_file_names(const PortInfo& port);

/// Nothing if the file does not exist, cannot be read, or is no regular file.
std::optional<UucpLockFile> read_uucp_lock_file(const std::filesystem::path& file);

} // namespace bgs2
