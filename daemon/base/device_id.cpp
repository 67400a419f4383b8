// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/device_id.h"

#include <linux/magic.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

namespace bgs2 {
namespace {

constexpr unsigned pty_major = 136; // admin-guide/devices.txt; the kernel uses no other

} // namespace

std::optional<DeviceId> device_id(const struct stat& status) {
    if (!S_ISCHR(status.st_mode))
        return std::nullopt;
    return DeviceId{.number = status.st_rdev,
                    .devpts = major(status.st_rdev) == pty_major ? status.st_dev : 0};
}

std::optional<DeviceId> device_id(const std::filesystem::path& node) {
    struct stat status{};
    if (::stat(node.c_str(), &status) != 0)
        return std::nullopt;
    return device_id(status);
}

std::optional<DeviceId> pty_id(const std::filesystem::path& devpts, unsigned number) {
    struct statfs file_system{};
    struct stat status{};
    if (::statfs(devpts.c_str(), &file_system) != 0 || file_system.f_type != DEVPTS_SUPER_MAGIC ||
        ::stat(devpts.c_str(), &status) != 0)
        return std::nullopt;
    return DeviceId{.number = makedev(pty_major, number), .devpts = status.st_dev};
}

} // namespace bgs2
