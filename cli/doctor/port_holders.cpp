// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_holders.h"

#include "daemon/base/device_id.h"
#include "daemon/base/process.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <sys/sysmacros.h>
#include <system_error>
#include <tuple>
#include <unistd.h>

namespace bgs2::cli {
namespace {

namespace fs = std::filesystem;

std::optional<pid_t> process_of(const fs::path& folder) {
    const std::string name = folder.filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size())
        return std::nullopt;
    return pid;
}

/// The other end of a pty whose master is open: its owner provides that device, and may hold it open as well.
/// The master is opened in the devpts instance, or by a node ptmx beside the instance, which is "pts" then.
std::optional<DeviceId> far_end(const fs::path& descriptor, const DeviceId& device) {
    if (device.number != makedev(5, 2))
        return std::nullopt;
    const fs::path process = descriptor.parent_path().parent_path();
    std::ifstream info(process / "fdinfo" / descriptor.filename());
    for (std::string key; info >> key;) {
        unsigned index = 0;
        if (key != "tty-index:" || !(info >> index))
            continue;
        std::error_code error;
        const fs::path ptmx = fs::read_symlink(descriptor, error); // as the process sees it
        const fs::path folder = process / "root" / ptmx.parent_path().relative_path();
        const auto within = pty_id(folder, index);
        return within ? within : pty_id(folder / "pts", index);
    }
    return std::nullopt;
}

/// The devices that the process has open; nothing if permission is denied.
std::optional<std::set<DeviceId>> open_devices(const fs::path& process) {
    std::set<DeviceId> open;
    std::set<DeviceId> led_to;
    std::error_code error;
    for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
        const auto device = device_id(at->path());
        if (!device)
            continue;
        open.insert(*device);
        if (const auto other = far_end(at->path(), *device))
            led_to.insert(*other);
    }
    if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted)
        return std::nullopt;
    for (const DeviceId& device : led_to)
        open.erase(device);
    return open; // empty if the process has ended
}

} // namespace

Processes look_at_processes(std::span<const std::string> devices, const fs::path& proc) {
    std::multimap<DeviceId, std::string> wanted; // a device can have several names
    for (const std::string& device : devices) {
        if (const auto id = device_id(device))
            wanted.emplace(*id, device);
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
        for (const auto& [id, device] : wanted) {
            if (open->contains(id))
                result.holders.push_back(
                    {.device = device, .pid = *pid, .name = program, .unit = process_unit(*pid)});
        }
    }
    std::ranges::sort(result.holders, {},
                      [](const Holder& holder) { return std::tuple(holder.device, holder.pid); });
    return result;
}

} // namespace bgs2::cli
