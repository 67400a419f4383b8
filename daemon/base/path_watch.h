// SPDX-License-Identifier: Apache-2.0
// Watches files and device nodes: certificates that are renewed, a pty
// that appears.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/log.h"

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
#include <sys/types.h>
#include <utility>
#include <vector>

namespace bgs2 {

/// Reports when a path names another file or, for a file, when its content changes: it was written, renamed
/// into place, or a symbolic link or directory on its path was replaced. Watches directories with inotify(7),
/// since a file that is renamed into place is a new file; if a directory does not exist yet, watches its
/// nearest existing parent. In a directory that it may not list (or that exceeds the limits of inotify),
/// watches the files themselves and examines all paths again and again, and logs a warning once.
///
/// Reports nothing while a program has one of the files open and writes to it: a file that is half written
/// can be valid and mean something else, and a certificate belongs to a key that may be written next.
class PathWatch : Immovable {
  public:
    using Changed = std::function<void(const std::vector<std::filesystem::path>&)>;
    using IsRelevant = std::function<bool(std::string_view name)>;

    /// The kind of path, which defines what counts as a change.
    enum class Kind : std::uint8_t {
        nodes, ///< the identity of the node; writes to it do not matter
        files, ///< also its content, owner and mode
    };

    /// `changed` is called after `quiet` without an event, and at the latest `max_delay` after the first
    /// event or, if a file was being written, after it was closed. A file that was last written `abandoned`
    /// ago counts as closed.
    struct Pace {
        std::chrono::milliseconds quiet{0};
        std::chrono::milliseconds max_delay{0};
        std::chrono::milliseconds abandoned{0};
        std::chrono::milliseconds poll{0}; ///< for directories that cannot be watched
    };
    /// A renewal writes several files; the daemon follows within a second of the last one. A copy over a slow
    /// line can stall for many seconds; a program that keeps a written file open is rare.
    static constexpr Pace renewal{.quiet = std::chrono::milliseconds(200),
                                  .max_delay = std::chrono::milliseconds(700),
                                  .abandoned = std::chrono::minutes(1),
                                  .poll = std::chrono::seconds(30)};

    /// In directories that are watched themselves, only names that are relevant count. Throws Exception if
    /// inotify is not available.
    PathWatch(
        const asio::any_io_executor& executor, Kind kind, Pace pace, Changed changed, Log log,
        IsRelevant is_relevant = [](std::string_view) { return true; });
    ~PathWatch();

    /// Watches these absolute paths and no others. Reports changes from now on. Returns the paths that were
    /// not watched before.
    std::vector<std::filesystem::path> watch(const std::set<std::filesystem::path>& paths);
    /// Treats all changes up to now as known: they are not reported.
    void acknowledge();
    void stop();

  private:
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
    [[nodiscard]] bool matters(const Entry& entry) const;
    bool take_events(std::span<const std::byte> bytes);
    void poll();
    void watch_files(const std::filesystem::path& path, const Directory& directory,
                     const Directories& directories, Watches& watches);
    void warn(const std::filesystem::path& directory, int number);
    void follow_write(const Entry& entry, std::uint32_t mask);
    [[nodiscard]] std::optional<Clock::time_point> end_of_writes();
    void postpone_look();
    void look_at(Clock::time_point when);
    void look();
    void set_watches();
    void follow(std::filesystem::path path, Directories& directories) const;
    [[nodiscard]] FileId identify(const std::filesystem::path& path) const;

    Kind kind_;
    Pace pace_;
    Changed changed_;
    Log log_;
    IsRelevant is_relevant_;
    asio::posix::stream_descriptor inotify_;
    asio::steady_timer timer_;
    asio::steady_timer poll_timer_;
    bool is_polling_ = false;
    std::set<std::filesystem::path> unwatched_;    ///< the directories that cannot be watched
    std::optional<Clock::time_point> first_event_; ///< not handled yet
    std::map<std::filesystem::path, FileId> paths_;
    Watches watches_;                           ///< by watch descriptor
    std::map<Entry, Clock::time_point> writes_; ///< files that are being written: the last write
};

} // namespace bgs2
