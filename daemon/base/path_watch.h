// SPDX-License-Identifier: Apache-2.0
// Files and device nodes that come, go, change or come to be others: certificates that are renewed, a pty
// that is plugged.
#pragma once

#include "daemon/base/immovable.h"

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

/// Tells when a path comes to name something else or, for a file, its content is another: it was written,
/// renamed into place, or any symbolic link or directory on the way to it was swapped. Watches directories by
/// inotify(7), since what is renamed into place is not the file that was there before; where a directory does
/// not exist yet, the nearest that does.
class PathWatch : Immovable {
  public:
    using Changed = std::function<void(const std::vector<std::filesystem::path>&)>;

    /// What is watched, and so what counts as a change.
    enum class Kind : std::uint8_t {
        nodes, ///< which node it is; what is written to it does not matter
        files, ///< its content, owner and mode, too
    };

    /// `changed` is called when nothing has happened for `quiet`, and at the latest `max_delay` after the
    /// first that did.
    struct Pace {
        std::chrono::milliseconds quiet{0};
        std::chrono::milliseconds timeouts{0};
    };
    /// A renewal is several files; the daemon is to follow within a second of the last of them.
    static constexpr Pace renewal{.quiet = std::chrono::milliseconds(200),
                                  .timeouts = std::chrono::milliseconds(700)};

    /// Throws Exception if inotify is not available.
    PathWatch(const asio::any_io_executor& executor, Kind kind, Pace pace, Changed changed);
    ~PathWatch();

    /// Watches these absolute paths and no others. What becomes of them from now on is told. Returns those
    /// that were not watched before.
    std::vector<std::filesystem::path> watch(const std::set<std::filesystem::path>& paths);
    /// What has become of the paths so far is known already, and is not told.
    void acknowledge();
    void stop();

  private:
    /// What tells a file or node from its successor under the same path.
    struct FileId {
        std::string target; ///< the path with its links followed; empty: there is nothing
        dev_t filesystem = 0;
        ino_t inode = 0;
        dev_t number = 0; ///< of a device
        std::chrono::nanoseconds linked{
            0}; ///< when the last link on the way was made; a pty's number comes back
        std::chrono::nanoseconds changed{0}; ///< a file's content or mode
        off_t size = 0;

        bool operator==(const FileId&) const = default;
    };
    /// One directory, and the names in it that matter.
    struct Directory {
        std::uint32_t mask = 0;
        std::set<std::string, std::less<>> names;
        bool is_path = false; ///< it is itself watched: every name in it matters
    };
    using Directories = std::map<std::filesystem::path, Directory>;

    asio::awaitable<void> run();
    [[nodiscard]] static bool matters(const Directory& directory, std::string_view name);
    [[nodiscard]] bool concerns(std::span<const std::byte> events) const;
    void postpone_look();
    void look();
    void set_watches();
    void follow(std::filesystem::path path, Directories& directories) const;
    [[nodiscard]] FileId identify(const std::filesystem::path& path) const;

    Kind kind_;
    Pace pace_;
    Changed changed_;
    asio::posix::stream_descriptor inotify_;
    asio::steady_timer timer_;
    std::optional<std::chrono::steady_clock::time_point> first_event_; ///< that was not looked at yet
    std::map<std::filesystem::path, FileId> paths_;
    std::map<int, std::pair<std::filesystem::path, Directory>> watches_; ///< by watch descriptor
};

} // namespace bgs2
