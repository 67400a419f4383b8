// SPDX-License-Identifier: Apache-2.0
// Enumeration and hot-plug of serial ports with libudev.
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
    changed, ///< properties or links may have changed: a rule was reloaded, `udevadm trigger`
    removed,
};

struct TtyEvent {
    Action action = Action::changed;
    Port port; ///< for a removed port its last known state; identify it by its syspath

    bool operator==(const TtyEvent&) const = default;
};

/// The result of one call of Monitor::receive().
struct Batch {
    std::vector<TtyEvent> events; ///< oldest first
    bool overflow = false;        ///< the kernel dropped events before or among these: enumerate() again

    bool operator==(const Batch&) const = default;
};

/// Reports ttys with hardware (a parent device in sysfs: no virtual console, no /dev/console, no pty) when
/// udev has processed them: rules have run, links, group and mode are set.
///
/// The constructor starts listening, so that enumerate() afterwards misses nothing; a port that appears in
/// between is reported twice. Every member throws Exception with a system_error() if udev is not available.
/// Not thread-safe.
class Monitor {
  public:
    Monitor();

    /// Readable when receive() has events; owned by the monitor: do not close or read it.
    [[nodiscard]] int fd() const;

    /// All events since the last call; never blocks.
    [[nodiscard]] Batch receive();

    /// The existing ports, ordered by syspath.
    [[nodiscard]] std::vector<Port> enumerate() const;

    /// Whether the monitor reports the tty with this number, now or when udev has processed it: udevd runs,
    /// and the tty has hardware in sysfs. False for a pty and on a machine without udevd.
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
