// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_holders.h"

#include "daemon/base/process.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <tuple>
#include <unistd.h>

namespace bgs2::cli {
namespace {

namespace fs = std::filesystem;

std::optional<dev_t> number_of(const fs::path& node) {
    struct stat status{};
    if (::stat(node.c_str(), &status) != 0 || !S_ISCHR(status.st_mode))
        return std::nullopt;
    return status.st_rdev;
}

std::optional<pid_t> process_of(const fs::path& folder) {
    const std::string name = folder.filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size())
        return std::nullopt;
    return pid;
}

/// The other end of a pty whose master is open: its owner provides that device, and may hold it open as well.
std::optional<dev_t> far_end(const fs::path& descriptor, dev_t number) {
    constexpr unsigned first_pty_major = 136; // admin-guide/devices.txt
    if (number != makedev(5, 2))
        return std::nullopt;
    std::ifstream info(descriptor.parent_path().parent_path() / "fdinfo" / descriptor.filename());
    for (std::string key; info >> key;) {
        unsigned index = 0;
        if (key == "tty-index:" && info >> index)
            return makedev(first_pty_major, index);
    }
    return std::nullopt;
}

/// The devices that the process has open; nothing if permission is denied.
std::optional<std::set<dev_t>> open_devices(const fs::path& process) {
    std::set<dev_t> open;
    std::set<dev_t> led_to;
    std::error_code error;
    for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
        const auto number = number_of(at->path());
        if (!number)
            continue;
        open.insert(*number);
        if (const auto other = far_end(at->path(), *number))
            led_to.insert(*other);
    }
    if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted)
        return std::nullopt;
    for (const dev_t number : led_to)
        open.erase(number);
    return open; // empty if the process has ended
}

} // namespace

Processes look_at_processes(std::span<const std::string> devices, const fs::path& proc) {
    std::multimap<dev_t, std::string> wanted; // a device can have several names
    for (const std::string& device : devices) {
        if (const auto number = number_of(device))
            wanted.emplace(*number, device);
    }
    Processes result;
    std::error_code error;
    for (fs::directory_iterator at(proc, error), end; !error && at != end; at.increment(error)) {
        const auto pid = process_of(at->path());
        if (!pid || *pid == ::getpid())
            continue;
        const std::string program = process_name(*pid);
        result.running.insert(program);
        const auto open = open_devices(at->path());
        if (!open) {
            ++result.hidden;
            continue;
        }
        for (const auto& [number, device] : wanted) {
            if (open->contains(number))
                result.holders.push_back(
                    {.device = device, .pid = *pid, .name = program, .unit = process_unit(*pid)});
        }
    }
    std::ranges::sort(result.holders, {},
                      [](const Holder& holder) { return std::tuple(holder.device, holder.pid); });
    return result;
}

} // namespace bgs2::cli
