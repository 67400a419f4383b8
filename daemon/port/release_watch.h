// SPDX-License-Identifier: Apache-2.0
// Reports when another program may have released a port, by events of the kernel.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/port_info.h"

#include <asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <sys/types.h>

namespace bgs2 {

/// Watches the closing of the node (inotify), the removal of lock files in the lock directory, and the end of
/// a process (pidfd). Begins to watch when it is constructed, so that a claim that fails later misses
/// nothing.
class ReleaseWatch : Immovable {
  public:
    /// Calls `released` from the event loop, possibly for another reason than a release, never after the
    /// destruction.
    ReleaseWatch(const asio::any_io_executor& executor, const PortInfo& port,
                 const std::filesystem::path& lock_directory, std::function<void()> released);
    ~ReleaseWatch();

    /// Watches the end of this process as well, instead of that of an earlier one.
    void follow(pid_t process);

    /// Whether the closing of the node is watched. Otherwise the caller has to look again by itself.
    [[nodiscard]] bool active() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace bgs2
