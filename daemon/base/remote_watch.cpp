// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/remote_watch.h"

#include "daemon/base/bytes.h"
#include "daemon/base/spawn.h"

#include <chrono>
#include <cstddef>
#include <utility>

namespace bgs2 {
namespace {

/// Between the clocks of this machine and a server, and between the reading of a file and its watch.
constexpr std::chrono::minutes uncertainty{1};

} // namespace

RemoteWatch::RemoteWatch(asio::any_io_executor executor, Background& background, PathKind kind,
                         std::chrono::milliseconds interval, Changed changed, Log log)
  : executor_(std::move(executor))
  , background_(background)
  , kind_(kind)
  , interval_(interval)
  , changed_(std::move(changed))
  , log_(std::move(log)) {}

void RemoteWatch::watch(const std::map<std::filesystem::path, std::filesystem::path>& mount_points) {
    std::map<std::filesystem::path, RemotePath> watched;
    std::map<std::filesystem::path, Mount> mounts;
    std::map<std::filesystem::path, Paths> added;
    for (const auto& [path, mount_point] : mount_points) {
        if (const auto mount = mounts_.find(mount_point); mount != mounts_.end())
            mounts.insert(mounts_.extract(mount));
        const auto known = paths_.find(path);
        if (known != paths_.end() && known->second.mount_point == mount_point) {
            watched.insert(paths_.extract(known));
            continue;
        }
        watched.emplace(path,
                        RemotePath{.mount_point = mount_point, .added = std::chrono::system_clock::now()});
        added[mount_point].push_back(path);
    }
    paths_ = std::move(watched);
    mounts_ = std::move(mounts);
    for (auto& [mount_point, paths] : added)
        examine(mount_point, std::move(paths));
}

void RemoteWatch::poll() {
    std::map<std::filesystem::path, Paths> due;
    for (const auto& [path, remote] : paths_) {
        if (mounts_[remote.mount_point].examinations == 0)
            due[remote.mount_point].push_back(path);
    }
    for (auto& [mount_point, paths] : due)
        examine(mount_point, std::move(paths));
}

std::optional<FileId> RemoteWatch::state(const std::filesystem::path& path) const {
    const auto known = paths_.find(path);
    return known != paths_.end() ? known->second.state : std::nullopt;
}

void RemoteWatch::examine(const std::filesystem::path& mount_point, Paths paths) {
    if (!self_)
        return;
    ++mounts_[mount_point].examinations;
    spawn(executor_, examine(self_, background_, mount_point, kind_, interval_, std::move(paths)));
}

/// Uses the watch only where it is known to exist.
asio::awaitable<void> RemoteWatch::examine(std::weak_ptr<RemoteWatch> watch, Background& background,
                                           std::filesystem::path mount_point, PathKind kind,
                                           std::chrono::milliseconds deadline, Paths paths) {
    const auto work = [](const Paths& given, PathKind each_kind) {
        States states;
        for (const auto& path : given) {
            note_step("examining " + printable(path.native()));
            states.push_back(identify(path, each_kind));
        }
        return states;
    };
    BackgroundTask task("examine the files on " + printable(mount_point.native()),
                        "check the network and the server of that file system", deadline);
    Expected<States> states;
    try {
        states = co_await in_background(background, std::move(task), work, paths, kind);
    } catch (const Exception& e) {
        states = std::unexpected(e.error());
    }
    if (const auto alive = watch.lock())
        alive->take(mount_point, paths, states);
}

void RemoteWatch::take(const std::filesystem::path& mount_point, const Paths& paths,
                       const Expected<States>& states) {
    const auto mount = mounts_.find(mount_point);
    if (mount == mounts_.end())
        return; // none of its paths is watched any more
    if (mount->second.examinations > 0)
        --mount->second.examinations;
    const bool failed = std::exchange(mount->second.fails, !states.has_value());
    if (!states) {
        if (!failed)
            log_.warning("{}; bgs2d tries again every {} s", to_string(states.error()),
                         std::chrono::ceil<std::chrono::seconds>(interval_).count());
        return;
    }
    if (failed)
        log_.info("the file system on {} answers again", printable(mount_point.native()));
    bool changed = false;
    Paths suspects;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto found = paths_.find(paths[i]);
        if (found == paths_.end() || found->second.mount_point != mount_point)
            continue;
        const FileId& state = (*states)[i];
        RemotePath& path = found->second;
        const bool is_new = !path.state && state.changed >= (path.added - uncertainty).time_since_epoch();
        if (!state.target.empty() && (failed || is_new))
            suspects.push_back(paths[i]);
        changed = changed || path.state != state;
        path.state = state;
    }
    if (changed || !suspects.empty())
        changed_(suspects);
}

} // namespace bgs2
