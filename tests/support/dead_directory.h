// SPDX-License-Identifier: Apache-2.0
// A directory whose files never open, like one whose NFS server is gone
// while the client still has the names in its cache, or has not.
#pragma once

#include "daemon/base/immovable.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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

    /// From now on, stat(2) and all other calls hang as well.
    void hang();
    /// Names are answered again, and the calls that hang in them return.
    void revive();
    /// Whether a call hangs since hang().
    [[nodiscard]] bool has_hanging_call();
    /// Gives all files another size and the present time, without an event of inotify(7), like another client
    /// of a server.
    void change_files();
    /// The number of calls that were answered.
    [[nodiscard]] unsigned answers() const { return answers_; }

  private:
    void answer();
    void answer(const std::vector<std::byte>& request);

    std::filesystem::path mount_point_;
    std::string mount_error_;
    int device_ = -1;
    std::atomic<std::uint64_t> size_ = 1000;  ///< of each file
    std::atomic<std::uint64_t> modified_ = 0; ///< each file, in seconds since 1970
    std::atomic<unsigned> answers_ = 0;
    std::mutex mutex_;
    bool hangs_ = false;                          ///< guarded by mutex_
    std::vector<std::vector<std::byte>> hanging_; ///< the requests since hang(), guarded by mutex_
    std::thread thread_;
};

} // namespace bgs2::test
