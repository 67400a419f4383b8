// SPDX-License-Identifier: Apache-2.0
// A directory whose files never open, like one whose NFS server is gone
// while the client still has the names in its cache.
#pragma once

#include "daemon/base/immovable.h"

#include <filesystem>
#include <string>
#include <thread>

namespace bgs2::test {

/// A FUSE file system in which each name is a file that hangs in open(2). Only this process and those that it
/// starts later see it. Requires root and /dev/fuse.
class DeadDirectory : Immovable {
  public:
    /// Creates the directory if necessary.
    explicit DeadDirectory(std::filesystem::path mount_point);
    /// All calls that hang in it fail.
    ~DeadDirectory();

    /// Why there is none; empty if there is.
    [[nodiscard]] const std::string& mount_error() const { return mount_error_; }
    [[nodiscard]] std::string path(const std::string& name) const { return (mount_point_ / name).string(); }

  private:
    void answer();

    std::filesystem::path mount_point_;
    std::string mount_error_;
    int device_ = -1;
    std::thread thread_;
};

} // namespace bgs2::test
