// SPDX-License-Identifier: Apache-2.0
// Which device a node is.
#pragma once

#include <compare>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <sys/types.h>

namespace bgs2 {

/// Two nodes of a device have the same identity: containers and sandboxes have nodes of their own. A number
/// alone identifies all devices but ptys: each devpts instance, of which every container has one, counts its
/// ptys from 0.
struct DeviceId {
    dev_t number = 0;
    dev_t devpts = 0; ///< the instance that a pty belongs to; 0: no pty

    auto operator<=>(const DeviceId&) const = default;
};

/// Nothing: not a character device.
std::optional<DeviceId> device_id(const struct stat& status);

/// Follows links, also those of /proc/PID/fd. Nothing: not a character device, or not accessible.
std::optional<DeviceId> device_id(const std::filesystem::path& node);

/// The pty with this number in the instance that is mounted on the directory; nothing: none is mounted there.
std::optional<DeviceId> pty_id(const std::filesystem::path& devpts, unsigned number);

} // namespace bgs2
