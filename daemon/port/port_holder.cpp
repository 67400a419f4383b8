// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/port_holder.h"

#include "daemon/base/process.h"
#include "daemon/port/uucp_lock.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace bgs2 {
namespace {

PortHolder holder_of(pid_t process) {
    return {.name = process_name(process), .pid = process, .unit = process_unit(process)};
}

/// "103: FLOCK  ADVISORY  WRITE 812 00:05:96 0 EOF": the process and the file of the lock, by the device of
/// its file system and its inode (proc_locks(5)). "->" in the second place marks a process that waits.
std::optional<pid_t> flock_owner(const std::string& line, const std::string& file) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string access;
    pid_t process = 0;
    std::string locked;
    if (words >> number >> kind >> advisory >> access >> process >> locked && kind == "FLOCK" &&
        locked == file)
        return process;
    return std::nullopt;
}

std::optional<PortHolder> flock_holder(const std::string& node) {
    struct stat status{};
    if (::stat(node.c_str(), &status) != 0)
        return std::nullopt;
    const std::string file =
        fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        const auto process = flock_owner(line, file);
        if (!process || *process == ::getpid())
            continue;
        // The lock outlives the process that took it if a child has inherited the descriptor.
        return is_running(*process) ? holder_of(*process) : PortHolder();
    }
    return std::nullopt;
}

} // namespace

std::string to_string(const PortHolder& holder) {
    if (holder.pid == 0)
        return holder.name.empty() ? "another program" : holder.name;
    return holder.name.empty() ? fmt::format("process {}", holder.pid)
                               : fmt::format("{} ({})", holder.name, holder.pid);
}

std::optional<PortHolder> find_holder(const PortInfo& port, const std::filesystem::path& lock_directory) {
    for (const std::string& name : uucp_lock_names(port)) {
        const auto process = uucp_lock_owner(lock_directory / name);
        if (process && *process != ::getpid())
            return holder_of(*process);
    }
    return flock_holder(port.device);
}

} // namespace bgs2
