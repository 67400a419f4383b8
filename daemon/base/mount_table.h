// SPDX-License-Identifier: Apache-2.0
// The mounted file systems, and which of them may hang.
#pragma once

#include "daemon/base/error.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2 {

/// The kernel's list, which poll(2) reports as exceptional after each change.
inline constexpr const char* mountinfo_path = "/proc/self/mountinfo";

/// Whether a file system of this type ("nfs4", "fuse.sshfs") depends on a server or another machine: any call
/// on its files may hang, and they change without an event of inotify(7).
bool is_remote_type(std::string_view type);

/// The mounts that a process sees at one moment, by proc_pid_mountinfo(5).
class MountTable {
  public:
    /// Knows of no mounts.
    MountTable() = default;

    /// Never touches the mounted file systems. Fails if /proc is not mounted.
    static Expected<MountTable> load();
    /// Ignores lines that it does not understand.
    static MountTable parse(std::string_view mountinfo);

    /// The mount point of the remote file system with this path; nothing if its file system is local. A root
    /// file system counts as local: a process hangs with its root anyway. `path` is absolute and normal;
    /// links in it are not followed: examine each name of a path before it is used.
    [[nodiscard]] std::optional<std::filesystem::path> remote_mount(const std::filesystem::path& path) const;

  private:
    std::map<std::filesystem::path, bool> mounts_; ///< by mount point: whether it is remote
};

} // namespace bgs2
