// SPDX-License-Identifier: Apache-2.0
// Examines files on network file systems in the background.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/file_id.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace bgs2 {

/// Knows the last state of paths below mount points whose server may be gone. Examines the paths of one mount
/// point in one piece of background work: a dead server takes one thread, however many files policies name on
/// it. Logs a mount point that does not answer once, and its return.
class RemoteWatch : Immovable {
  public:
    using Paths = std::vector<std::filesystem::path>;
    /// `suspects`: existing paths that may have changed unnoticed, since their users read them: they changed
    /// at about the time when they were added, or their file system answers again.
    using Changed = std::function<void(const Paths& suspects)>;

    /// `changed` is called on the executor when the state of a path differs from the one before, or there are
    /// suspects. `interval` is the time between two calls of poll(), and the deadline of an examination.
    /// `background` outlives the executor's run.
    RemoteWatch(asio::any_io_executor executor, Background& background, PathKind kind,
                std::chrono::milliseconds interval, Changed changed, Log log);

    /// Watches these paths, each with its mount point, and no others. Examines new ones at once.
    void watch(const std::map<std::filesystem::path, std::filesystem::path>& mount_points);
    /// Examines all paths again, except where an examination still runs.
    void poll();
    /// Reports and examines nothing any more.
    void stop() { self_.reset(); }

    [[nodiscard]] bool watches(const std::filesystem::path& path) const { return paths_.contains(path); }
    [[nodiscard]] bool is_empty() const { return paths_.empty(); }
    /// The last known state of a path; nothing: it is not watched, or was not examined yet.
    [[nodiscard]] std::optional<FileId> state(const std::filesystem::path& path) const;

  private:
    using States = std::vector<FileId>;

    struct RemotePath {
        std::filesystem::path mount_point;
        std::chrono::system_clock::time_point added;
        std::optional<FileId> state{};
    };
    struct Mount {
        unsigned examinations = 0; ///< that run
        bool fails = false;
    };

    void examine(const std::filesystem::path& mount_point, Paths paths);
    static asio::awaitable<void> examine(std::weak_ptr<RemoteWatch> watch, Background& background,
                                         std::filesystem::path mount_point, PathKind kind,
                                         std::chrono::milliseconds deadline, Paths paths);
    void take(const std::filesystem::path& mount_point, const Paths& paths, const Expected<States>& states);

    asio::any_io_executor executor_;
    Background& background_;
    PathKind kind_;
    std::chrono::milliseconds interval_;
    Changed changed_;
    Log log_;
    std::map<std::filesystem::path, RemotePath> paths_;
    std::map<std::filesystem::path, Mount> mounts_; ///< by mount point
    /// Owns nothing: examinations that end after stop() or the destructor find that it is gone.
    std::shared_ptr<RemoteWatch> self_{this, [](RemoteWatch*) {}};
};

} // namespace bgs2
