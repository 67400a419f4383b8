#include "daemon/node_watch.h"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace bgs2 {
namespace {

constexpr std::uint32_t interesting =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

int open_inotify() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(), "inotify");
    return fd;
}

} // namespace

NodeWatch::NodeWatch(const asio::any_io_executor& executor, Changed changed)
  : inotify_(executor, open_inotify())
  , changed_(std::move(changed)) {
    asio::co_spawn(executor, run(), asio::detached);
}

NodeWatch::~NodeWatch() = default;

void NodeWatch::watch(const std::vector<std::filesystem::path>& nodes) {
    std::map<std::filesystem::path, Identity> watched;
    for (const auto& node : nodes) {
        const auto known = nodes_.find(node);
        watched.emplace(node, known == nodes_.end() ? Identity{} : known->second);
    }
    nodes_ = std::move(watched);
    look();
}

void NodeWatch::stop() {
    inotify_.cancel();
}

asio::awaitable<void> NodeWatch::run() {
    std::array<std::byte, 4096> events{};
    for (;;) {
        std::error_code error;
        co_await inotify_.async_read_some(asio::buffer(events),
                                          asio::redirect_error(asio::use_awaitable, error));
        if (error)
            co_return;
        // What happened does not matter, and can not be told for sure where the queue ran over.
        look();
    }
}

/// Looks at all nodes, and tells of those that are not what they were.
void NodeWatch::look() {
    set_watches();
    for (auto& [node, known] : nodes_) {
        const Identity now = identify(node);
        if (std::exchange(known, now) != now)
            changed_(node);
    }
}

NodeWatch::Identity NodeWatch::identify(const std::filesystem::path& node) {
    struct stat name{};
    struct stat device{};
    if (::lstat(node.c_str(), &name) != 0 || ::stat(node.c_str(), &device) != 0)
        return {};
    // A pty that comes back may have its predecessor's number and inode; the link to it is another one then.
    return {.number = device.st_rdev,
            .inode = name.st_ino,
            .changed =
                std::chrono::seconds(name.st_ctim.tv_sec) + std::chrono::nanoseconds(name.st_ctim.tv_nsec)};
}

/// One watch for each node's directory, or for the nearest above it that exists.
void NodeWatch::set_watches() {
    std::map<std::filesystem::path, int> watches;
    for (const auto& [node, identity] : nodes_) {
        for (auto directory = node.parent_path();; directory = directory.parent_path()) {
            // Asking again for a directory that is watched gives the same number.
            const int watch = ::inotify_add_watch(inotify_.native_handle(), directory.c_str(), interesting);
            if (watch >= 0)
                watches.emplace(directory, watch);
            if (watch >= 0 || directory == directory.parent_path())
                break;
        }
    }
    for (const auto& [directory, watch] : watches_) {
        const bool is_kept =
            std::ranges::any_of(watches, [&](const auto& entry) { return entry.second == watch; });
        if (!is_kept)
            ::inotify_rm_watch(inotify_.native_handle(), watch); // fails where the directory is gone: as well
    }
    watches_ = std::move(watches);
}

} // namespace bgs2
