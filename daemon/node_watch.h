// Device nodes that are named in bgs2d.toml and that udev does not know: a pty, a node on a machine without
// udev.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <sys/types.h>
#include <vector>

namespace bgs2 {

/// Tells when a path comes to name something else: it appeared, vanished, or a link was pointed elsewhere.
/// Watches directories with inotify(7), the nearest that exists where that of the path does not exist yet.
class NodeWatch {
  public:
    using Changed = std::function<void(const std::filesystem::path&)>;

    /// Throws std::system_error if inotify is not to be had.
    NodeWatch(const asio::any_io_executor& executor, Changed changed);
    NodeWatch(const NodeWatch&) = delete;
    NodeWatch& operator=(const NodeWatch&) = delete;
    NodeWatch(NodeWatch&&) = delete;
    NodeWatch& operator=(NodeWatch&&) = delete;
    ~NodeWatch();

    /// Watches these and no others from now on; tells at once of those that are new and exist.
    void watch(const std::vector<std::filesystem::path>& nodes);
    void stop();

  private:
    /// What tells one node from its successor of the same name.
    struct Identity {
        dev_t number = 0; ///< of the device; 0: there is none
        ino_t inode = 0;  ///< of the name itself, which may be a link
        std::chrono::nanoseconds changed{0};

        bool operator==(const Identity&) const = default;
    };

    asio::awaitable<void> run();
    void look();
    void set_watches();
    [[nodiscard]] static Identity identify(const std::filesystem::path& node);

    asio::posix::stream_descriptor inotify_;
    Changed changed_;
    std::map<std::filesystem::path, Identity> nodes_;
    std::map<std::filesystem::path, int> watches_; ///< by directory
};

} // namespace bgs2
