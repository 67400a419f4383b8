// SPDX-License-Identifier: Apache-2.0
// Serial ports come and go: enumeration and hot-plug, by libudev.
#pragma once

#include "udev/port.h"

#include <memory>
#include <sys/types.h>
#include <vector>

struct udev;
struct udev_device;
struct udev_monitor;

namespace bgs2::udev {

enum class Action {
    added,
    changed, ///< properties or links may be others now: a rule was reloaded, `udevadm trigger`
    removed,
};

struct TtyEvent {
    Action action = Action::changed;
    Port port; ///< of a removed port what udev last knew; find yours by its syspath

    bool operator==(const TtyEvent&) const = default;
};

/// What one call of Monitor::receive() brought.
struct Batch {
    std::vector<TtyEvent> events; ///< oldest first
    bool overflow = false;        ///< the kernel dropped events before or among these: enumerate() again

    bool operator==(const Batch&) const = default;
};

/// Tells of ttys that have hardware behind them (a parent device in sysfs: no virtual console, no
/// /dev/console, no pty) and with which udev is done: rules have run, links, group and mode are set.
///
/// Listening starts with construction, so that enumerate() afterwards misses nothing; a port that appears in
/// between is told of twice. Every member throws Exception (`failed`) where udev can not be asked. Not
/// thread-safe.
class Monitor {
  public:
    Monitor();

    /// Readable when receive() has something to say; the monitor's own, not to be closed or read.
    [[nodiscard]] int fd() const;

    /// All that has happened since the last call; never blocks.
    [[nodiscard]] Batch receive();

    /// The ports there are now, ordered by syspath.
    [[nodiscard]] std::vector<Port> enumerate() const;

    /// Whether the tty with this number is one to tell of, be udev done with it or not: udevd runs, and sysfs
    /// has hardware behind the tty. Not so for a pty, nor on a machine without udevd.
    [[nodiscard]] bool knows(dev_t number) const;

  private:
    struct Release {
        void operator()(::udev* context) const;
        void operator()(udev_monitor* monitor) const;
    };
    std::unique_ptr<::udev, Release> udev_;
    std::unique_ptr<udev_monitor, Release> monitor_;
};

} // namespace bgs2::udev
