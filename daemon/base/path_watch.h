// SPDX-License-Identifier: Apache-2.0
// Watches files and device nodes: certificates that are renewed, a pty
// that appears.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/file_id.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/mount_table.h"
#include "daemon/base/remote_watch.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2 {

/// Reports when a path names another file or, for a file, when its content changes: it was written, renamed
/// into place, or a symbolic link or directory on its path was replaced or mounted. Watches directories with
/// inotify(7), since a file that is renamed into place is a new file; if a directory does not exist yet,
/// watches its nearest existing parent. In a directory that it may not list (or that exceeds the limits of
/// inotify), watches the files themselves and examines all paths again and again, and logs a warning once.
///
/// Never touches remote file systems (daemon/base/mount_table.h) itself, which may hang and do not report
/// what other machines change. Examines paths that lead there in the background, when they are added and then
/// again and again. Reports them also when they changed about the time they were added, since their users may
/// have read them before, and when a file system answers again that did not.
///
/// Reports nothing while a program has one of the files open and writes to it: a file that is half written
/// can be valid and mean something else, and a certificate belongs to a key that may be written next. It does
/// not notice programs that write to a remote file.
class PathWatch : Immovable {
  public:
    using Changed = std::function<void(const std::vector<std::filesystem::path>&)>;
    using IsRelevant = std::function<bool(std::string_view name)>;

    using Kind = PathKind;

    /// `changed` is called after `quiet` without an event, and at the latest `max_delay` after the first
    /// event or, if a file was being written, after it was closed. A file that was last written `abandoned`
    /// ago counts as closed.
    struct Pace {
        std::chrono::milliseconds quiet{0};
        std::chrono::milliseconds max_delay{0};
        std::chrono::milliseconds abandoned{0};
        std::chrono::milliseconds poll{0}; ///< for directories that cannot be watched, and remote paths
    };
    /// A renewal writes several files; the daemon follows within a second of the last one. A copy over a slow
    /// line can stall for many seconds; a program that keeps a written file open is rare.
    static constexpr Pace renewal{.quiet = std::chrono::milliseconds(200),
                                  .max_delay = std::chrono::milliseconds(700),
                                  .abandoned = std::chrono::minutes(1),
                                  .poll = std::chrono::seconds(30)};

    /// In directories that are watched themselves, only names that are relevant count. Throws Exception if
    /// inotify is not available. `background` outlives the executor's run.
    PathWatch(
        const asio::any_io_executor& executor, Background& background, Kind kind, Pace pace, Changed changed,
        Log log, IsRelevant is_relevant = [](std::string_view) { return true; });
    ~PathWatch();

    /// Watches these absolute paths and no others. Reports changes from now on. Returns the paths that were
    /// not watched before.
    std::vector<std::filesystem::path> watch(const std::set<std::filesystem::path>& paths);
    /// Treats all changes up to now as known: they are not reported. Those of remote paths still are, unless
    /// they were noticed before.
    void acknowledge();
    void stop();

  private:
    /// A directory and the relevant names in it.
    struct Directory {
        std::uint32_t mask = 0;
        std::set<std::string, std::less<>> names;
        bool is_path = false; ///< the directory itself is watched, with every relevant name in it
    };
    using Directories = std::map<std::filesystem::path, Directory>;
    using Watches = std::map<int, std::pair<std::filesystem::path, Directory>>;
    using Clock = std::chrono::steady_clock;
    /// A name in the directory of a watch descriptor.
    using Entry = std::pair<int, std::string>;

    asio::awaitable<void> run();
    asio::awaitable<void> follow_mounts();
    [[nodiscard]] bool matters(const Entry& entry) const;
    bool take_events(std::span<const std::byte> bytes);
    void poll();
    void watch_files(const std::filesystem::path& path, const Directory& directory,
                     const Directories& directories, Watches& watches);
    void load_mounts();
    void warn(const std::filesystem::path& directory, int number);
    void follow_write(const Entry& entry, std::uint32_t mask);
    [[nodiscard]] std::optional<Clock::time_point> end_of_writes();
    void postpone_look();
    void look_at(Clock::time_point when);
    void look();
    void set_watches();
    [[nodiscard]] std::optional<std::filesystem::path> follow(const std::filesystem::path& path,
                                                              Directories& directories) const;
    [[nodiscard]] std::optional<FileId> examine(const std::filesystem::path& path) const;

    Kind kind_;
    Pace pace_;
    Changed changed_;
    Log log_;
    IsRelevant is_relevant_;
    asio::posix::stream_descriptor inotify_;
    asio::posix::stream_descriptor mountinfo_; ///< becomes exceptional when something is mounted or unmounted
    asio::steady_timer timer_;
    asio::steady_timer poll_timer_;
    bool is_polling_ = false;
    bool poll_is_due_ = false; ///< of the remote paths
    bool stopped_ = false;
    MountTable mounts_;
    bool mounts_are_known_ = true;
    RemoteWatch remote_;
    std::set<std::filesystem::path> unwatched_;                    ///< the directories that cannot be watched
    std::optional<Clock::time_point> first_event_;                 ///< not handled yet
    std::map<std::filesystem::path, std::optional<FileId>> paths_; ///< nothing: not examined yet
    Watches watches_;                                              ///< by watch descriptor
    std::map<Entry, Clock::time_point> writes_; ///< files that are being written: the last write
};

} // namespace bgs2
