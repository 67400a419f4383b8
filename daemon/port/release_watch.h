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

/// Watches the closing of the node (inotify), changes of lock files in the lock directory, and the end of a
/// process (pidfd). Begins to watch when it is constructed, so that a claim that fails later misses nothing.
///
/// The kernel reports the closing of a node right before it releases the port. Therefore each closing is
/// reported several times within a second. Nothing is reported without an event.
///
/// The caller's own opening and closing of the node is an event as well. To avoid an endless loop, the caller
/// first calls find_holder(), and opens the node only if that finds none; if the claim fails all the same, it
/// calls ignore_own_closing().
class ReleaseWatch : Immovable {
  public:
    /// Calls `released` from the event loop, possibly for another reason than a release, never after the
    /// destruction, which `released` may cause.
    ReleaseWatch(const asio::any_io_executor& executor, const PortInfo& port,
                 const std::filesystem::path& lock_directory, std::function<void()> released);
    ~ReleaseWatch();

    /// Watches the end of this process as well, instead of that of an earlier one. 0: of none.
    void follow(pid_t process);

    /// Discards the events that are pending, those of the caller's own closing among them. A release at the
    /// same moment is discarded as well: therefore calls `released` once more a second after the last event
    /// that was not discarded, or after the construction.
    void ignore_own_closing();

    /// Whether the closing of the node is watched. Otherwise the caller has to look again by itself.
    [[nodiscard]] bool active() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace bgs2
