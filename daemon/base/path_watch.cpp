// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/path_watch.h"

#include "daemon/base/bytes.h"
#include "daemon/base/spawn.h"
#include "daemon/base/system_error.h"

#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <ranges>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <system_error>

namespace bgs2 {
namespace {

/// Events that change which file a name refers to.
constexpr std::uint32_t names =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// Events that change the file itself.
constexpr std::uint32_t contents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;

/// Events after which nobody writes to the file of this name.
constexpr std::uint32_t write_ends =
    IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

/// The number of symbolic links that the kernel follows, see path_resolution(7).
constexpr int most_links = 40;

int open_inotify() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        throw Exception(
            system_error(errno, "watch files", "raise fs.inotify.max_user_instances with sysctl(8)"));
    return fd;
}

bool is_empty_file(const std::filesystem::path& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

} // namespace

PathWatch::PathWatch(const asio::any_io_executor& executor, Background& background, Kind kind, Pace pace,
                     Changed changed, Log log, IsRelevant is_relevant)
  : kind_(kind)
  , pace_(pace)
  , changed_(std::move(changed))
  , log_(std::move(log))
  , is_relevant_(std::move(is_relevant))
  , inotify_(executor, open_inotify())
  , mountinfo_(executor)
  , timer_(executor)
  , poll_timer_(executor)
  , remote_(
        executor, background, kind, pace.poll,
        [this](const auto& suspects) {
            for (const auto& path : suspects)
                paths_[path] = FileId{}; // differs from what exists
            postpone_look();
        },
        log_) {
    spawn(executor, run());
    if (const int fd = ::open(mountinfo_path, O_RDONLY | O_CLOEXEC); fd >= 0) { // else load_mounts() warns
        mountinfo_.assign(fd);
        spawn(executor, follow_mounts());
    }
}

PathWatch::~PathWatch() = default;

std::vector<std::filesystem::path> PathWatch::watch(const std::set<std::filesystem::path>& paths) {
    std::vector<std::filesystem::path> added;
    std::map<std::filesystem::path, std::optional<FileId>> watched;
    for (const auto& path : paths) {
        if (const auto known = paths_.find(path); known != paths_.end()) {
            watched.insert(paths_.extract(known));
        } else {
            watched.emplace(path, std::nullopt);
            added.push_back(path);
        }
    }
    paths_ = std::move(watched);
    set_watches();
    for (const auto& path : added) // only now: the watches report changes from here on
        paths_[path] = examine(path);
    return added;
}

void PathWatch::acknowledge() {
    first_event_.reset();
    timer_.cancel();
    set_watches(); // what was mounted since then may hang
    for (auto& [path, known] : paths_) {
        if (auto now = examine(path))
            known = std::move(now);
    }
}

void PathWatch::stop() {
    stopped_ = true;
    remote_.stop();
    inotify_.cancel();
    if (mountinfo_.is_open())
        mountinfo_.cancel();
    timer_.cancel();
    poll_timer_.cancel();
}

asio::awaitable<void> PathWatch::run() {
    alignas(inotify_event) std::array<std::byte, 4096> buffer{};
    for (;;) {
        std::error_code error;
        const std::size_t size = co_await inotify_.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return;
        if (take_events(std::span(buffer).first(size)))
            postpone_look();
    }
}

/// inotify does not report what is mounted over a directory or a file.
asio::awaitable<void> PathWatch::follow_mounts() {
    for (;;) {
        std::error_code error;
        co_await mountinfo_.async_wait(asio::posix::descriptor_base::wait_error,
                                       asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return;
        postpone_look();
    }
}

/// Other programs may write to the same directories all day.
bool PathWatch::matters(const Entry& entry) const {
    const auto& [number, name] = entry;
    const auto watch = watches_.find(number);
    if (watch == watches_.end())
        return false;
    const Directory& directory = watch->second.second;
    return directory.names.contains(name) || (directory.is_path && is_relevant_(name));
}

/// Returns whether a watched path may have changed.
bool PathWatch::take_events(std::span<const std::byte> bytes) {
    bool concerns = false;
    while (!bytes.empty()) {
        inotify_event event{};
        std::memcpy(&event, bytes.data(), sizeof event);
        // Without a name: about the directory or file itself, or lost events.
        concerns = concerns || event.len == 0;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the name follows, with a NUL
        const auto* name = reinterpret_cast<const char*>(bytes.data() + sizeof event);
        const Entry entry(event.wd, event.len == 0 ? "" : name);
        if (matters(entry)) {
            concerns = true;
            follow_write(entry, event.mask);
        }
        bytes = bytes.subspan(sizeof event + event.len);
    }
    return concerns;
}

void PathWatch::follow_write(const Entry& entry, std::uint32_t mask) {
    if (kind_ != Kind::files)
        return;
    // A file appears empty if it is going to be written, and with its content if it was linked there.
    const auto appears_empty = [&] {
        const std::filesystem::path file = watches_.at(entry.first).first / entry.second;
        return !mounts_.remote_mount(file) && is_empty_file(file);
    };
    if ((mask & write_ends) != 0)
        writes_.erase(entry);
    else if ((mask & IN_MODIFY) != 0 || ((mask & IN_CREATE) != 0 && appears_empty()))
        writes_[entry] = Clock::now();
}

/// When the last file that is being written counts as closed, unless its writer closes it before.
std::optional<PathWatch::Clock::time_point> PathWatch::end_of_writes() {
    const auto now = Clock::now();
    std::erase_if(writes_, [&](const auto& write) {
        return !matters(write.first) || write.second + pace_.abandoned <= now;
    });
    if (writes_.empty())
        return std::nullopt;
    return std::ranges::max(writes_ | std::views::values) + pace_.abandoned;
}

void PathWatch::postpone_look() {
    const auto now = Clock::now();
    if (!first_event_)
        first_event_ = now;
    look_at(std::min(now + pace_.quiet, *first_event_ + pace_.max_delay));
}

void PathWatch::look_at(Clock::time_point when) {
    timer_.expires_at(when);
    timer_.async_wait([this](const std::error_code& cancelled) {
        if (!cancelled)
            look();
    });
}

/// Examines all paths and reports those that changed, unless a file is being written.
void PathWatch::look() {
    first_event_.reset();
    set_watches();
    if (std::exchange(poll_is_due_, false))
        remote_.poll();
    if (const auto end = end_of_writes()) {
        look_at(*end);
        return;
    }
    std::vector<std::filesystem::path> changed;
    for (auto& [path, known] : paths_) {
        auto now = examine(path);
        if (!now || now == known)
            continue;
        if (known)
            changed.push_back(path);
        known = std::move(now);
    }
    if (!changed.empty())
        changed_(changed);
}

void PathWatch::set_watches() {
    load_mounts();
    Directories directories;
    std::map<std::filesystem::path, std::filesystem::path> remote;
    for (const auto& [path, identity] : paths_) {
        if (auto mount_point = follow(path, directories))
            remote.emplace(path, std::move(*mount_point));
    }
    remote_.watch(remote);

    Watches watches;
    std::set<std::filesystem::path> unwatched;
    for (const auto& [path, directory] : directories) {
        // Adding a watched directory again returns the same number and replaces the mask.
        const int watch = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), directory.mask);
        if (watch >= 0) {
            watches.insert_or_assign(watch, std::pair(path, directory));
            continue;
        }
        if (errno == ENOENT || errno == ENOTDIR)
            continue;
        if (!unwatched_.contains(path))
            warn(path, errno);
        unwatched.insert(path);
        watch_files(path, directory, directories, watches);
    }
    unwatched_ = std::move(unwatched);
    if (!unwatched_.empty() || !remote_.is_empty())
        poll();
    for (const auto& [watch, directory] : watches_) {
        if (!watches.contains(watch))
            ::inotify_rm_watch(inotify_.native_handle(),
                               watch); // fails if the directory is gone, which is fine
    }
    watches_ = std::move(watches);
}

/// Instead of a directory: a file that is renamed over one of them removes the old one, which is an event.
void PathWatch::watch_files(const std::filesystem::path& path, const Directory& directory,
                            const Directories& directories, Watches& watches) {
    for (const std::string& name : directory.names) {
        const std::filesystem::path file = path / name;
        if (kind_ != Kind::files || directories.contains(file) || mounts_.remote_mount(file))
            continue;
        // A link may lead to a remote file; the directory of its target is watched as well.
        const int watch = ::inotify_add_watch(inotify_.native_handle(), file.c_str(),
                                              contents | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW);
        if (watch >= 0)
            watches.insert_or_assign(
                watch, std::pair(file, Directory{.mask = contents, .names = {""}, .is_path = false}));
    }
}

void PathWatch::warn(const std::filesystem::path& directory, int number) {
    const std::string attempt = fmt::format("watch {}", printable(directory.native()));
    log_.warning("{}; changes of the files in it are noticed within {} s",
                 to_string(system_error(number, attempt,
                                        number == ENOSPC ? "raise fs.inotify.max_user_watches with sysctl(8)"
                                                         : "allow the user bgs2d to list the directory")),
                 std::chrono::ceil<std::chrono::seconds>(pace_.poll).count());
}

void PathWatch::poll() {
    if (is_polling_ || stopped_)
        return;
    is_polling_ = true;
    poll_timer_.expires_after(pace_.poll);
    poll_timer_.async_wait([this](const std::error_code& cancelled) {
        if (cancelled)
            return;
        is_polling_ = false;
        poll_is_due_ = true;
        postpone_look(); // which sets the watches, and polls again if that is still necessary
    });
}

/// The mounts of this moment; without /proc, those of before.
void PathWatch::load_mounts() {
    auto mounts = MountTable::load();
    if (mounts)
        mounts_ = std::move(*mounts);
    else if (mounts_are_known_)
        log_.warning("{}; a network file system that hangs stops bgs2d", to_string(mounts.error()));
    mounts_are_known_ = mounts.has_value();
}

/// Adds each directory on the way to `path`, with the name that is looked up in it; follows symbolic links,
/// and ends at the first name that does not exist. Returns the mount point at which the way enters a remote
/// file system, if it does; touches nothing there.
std::optional<std::filesystem::path> PathWatch::follow(const std::filesystem::path& path,
                                                       Directories& directories) const {
    int links = 0;
    std::filesystem::path directory = path.root_path();
    std::deque<std::filesystem::path> rest;
    const auto prepend = [&rest](const std::filesystem::path& names_of) {
        const std::filesystem::path relative = names_of.relative_path();
        rest.insert(rest.begin(), relative.begin(), relative.end());
    };
    prepend(path);
    while (!rest.empty()) {
        const std::filesystem::path name = std::move(rest.front());
        rest.pop_front();
        const bool is_last = rest.empty();
        if (name == "..") // of a directory, not of a link to it
            directory = directory.parent_path();
        const bool is_name = !name.empty() && name != "." && name != "..";
        if (is_name) {
            Directory& watched = directories[directory];
            watched.names.insert(name.string());
            watched.mask |= names | (is_last && kind_ == Kind::files ? contents : 0);
            if (auto remote = mounts_.remote_mount(directory / name))
                return remote;
            std::error_code error;
            const std::filesystem::path target = std::filesystem::read_symlink(directory / name, error);
            if (!error) {
                if (++links > most_links)
                    return std::nullopt;
                prepend(target);
                if (target.is_absolute())
                    directory = target.root_path();
                continue;
            }
            directory /= name;
            if (!std::filesystem::is_directory(directory, error))
                return std::nullopt;
        }
        if (is_last) {
            directories[directory].mask |= names | (kind_ == Kind::files ? contents : 0);
            directories[directory].is_path = true;
        }
    }
    return std::nullopt;
}

/// The present state; nothing if a remote path was not examined yet.
std::optional<FileId> PathWatch::examine(const std::filesystem::path& path) const {
    return remote_.watches(path) ? remote_.state(path) : identify(path, kind_);
}

} // namespace bgs2
