// SPDX-License-Identifier: Apache-2.0
// Which file a path names, and whether that file has changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace bgs2 {

/// What counts as a change of a path.
enum class PathKind : std::uint8_t {
    nodes, ///< the identity of the node; writes to it do not matter
    files, ///< also the content, owner and mode of a file, and the names in a directory
};

/// Distinguishes a file or node from its successor under the same path.
struct FileId {
    std::string target; ///< the path with its links followed; empty: it does not exist
    dev_t filesystem = 0;
    ino_t inode = 0;
    dev_t number = 0;                    ///< of a device
    std::chrono::nanoseconds linked{0};  ///< when the link was created; a pty's number is reused
    std::chrono::nanoseconds changed{0}; ///< the last change of a file's content or mode
    off_t size = 0;

    bool operator==(const FileId&) const = default;
};

/// Examines an absolute path. Blocks for as long as its file systems do.
FileId identify(const std::filesystem::path& path, PathKind kind);

} // namespace bgs2
