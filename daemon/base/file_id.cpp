// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/file_id.h"

#include <algorithm>
#include <sys/stat.h>
#include <system_error>

namespace bgs2 {
namespace {

std::chrono::nanoseconds since_epoch(const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

FileId identify(const std::filesystem::path& path, PathKind kind) {
    std::error_code error;
    const std::filesystem::path target = std::filesystem::canonical(path, error);
    struct stat name{};
    struct stat status{};
    if (error || ::lstat(path.c_str(), &name) != 0 || ::stat(target.c_str(), &status) != 0)
        return {};
    FileId identity{.target = target.string(),
                    .filesystem = status.st_dev,
                    .inode = status.st_ino,
                    .number = status.st_rdev,
                    .linked = std::chrono::nanoseconds(0),
                    .changed = std::chrono::nanoseconds(0),
                    .size = 0};
    if (S_ISLNK(name.st_mode))
        identity.linked = since_epoch(name.st_ctim);
    if (kind == PathKind::files) {
        identity.changed = std::max(since_epoch(status.st_mtim), since_epoch(status.st_ctim));
        identity.size = status.st_size;
    }
    return identity;
}

} // namespace bgs2
