// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/process.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bgs2 {

int open_process(pid_t process) {
    return static_cast<int>(::syscall(SYS_pidfd_open, process, 0)); // sets FD_CLOEXEC
}

bool is_running(pid_t process) {
    const int fd = open_process(process);
    if (fd < 0)
        return process > 0 && errno != ESRCH && errno != EINVAL; // EINVAL: a thread, which opens no lock
    pollfd ended{.fd = fd, .events = POLLIN, .revents = 0};
    const bool running = ::poll(&ended, 1, 0) == 0;
    ::close(fd);
    return running;
}

std::string process_name(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/comm", process));
    std::string name;
    std::getline(file, name);
    return name;
}

std::string unit_of(std::string_view control_group) {
    if (!control_group.starts_with("/system.slice/"))
        return {};
    // The first one: those below it are of the service manager in a container that the service runs.
    for (const std::filesystem::path& part : std::filesystem::path(control_group)) {
        if (part.extension() == ".service")
            return part;
    }
    return {};
}

std::string process_unit(pid_t process) {
    constexpr std::string_view unified = "0::"; // the hierarchy of the service manager
    std::ifstream file(fmt::format("/proc/{}/cgroup", process));
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(unified))
            return unit_of(std::string_view(line).substr(unified.size()));
    }
    return {};
}

} // namespace bgs2
