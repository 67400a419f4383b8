// SPDX-License-Identifier: Apache-2.0
// Made-up hardware for the real systemd-udevd, inside the namespaces that tests/hotplug/sandbox opens.
#pragma once

#include "daemon/base/immovable.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace bgs2::test {

/// A modem or an adapter on USB, as its descriptors and the kernel name it.
struct UsbSerial {
    std::string name = "ttyUSB0"; ///< the kernel's name of the tty
    std::string usb_port = "1-1"; ///< where it is plugged in; "1-1.2" is behind a hub in 1-1
    std::string vendor = "1e2d";
    std::string product = "0059";
    std::string serial = "A6001";
    std::string manufacturer = "Cinterion";
    std::string model = "BGS2";
    std::string hub_vendor = "1d6b"; ///< of the hub in between, if there is one
};

/// Plugs serial ports in and out. What is plugged in is a pty in truth: its slave appears as /dev/NAME, in
/// /sys and to udev. A call returns when udev is done with the device. Throws std::runtime_error when
/// something goes wrong, and when constructed outside the sandbox. Unplugs everything when destroyed.
class UdevSandbox : Immovable {
  public:
    UdevSandbox();
    ~UdevSandbox();

    void plug(const UsbSerial& device, const std::string& pts); ///< `pts`: "/dev/pts/7"
    /// A UART of the board, e.g. "ttyS0"; a real one never comes by hot-plug, so plug it before you look.
    void plug_uart(const std::string& name, const std::string& pts);
    /// A tty that the kernel makes up, such as "tty1": nothing is above it in sysfs.
    void plug_virtual(const std::string& name, const std::string& pts);

    /// As by pulling the cable: the node goes at once, whether or not somebody has it open. The pty is the
    /// caller's.
    void unplug(const std::string& name);

    /// The same modem on the same pty under another number, as when the old node was still open at the
    /// replug.
    void renumber(const std::string& name, const std::string& new_name);

    /// What `udevadm trigger` does: rules run again.
    void change(const std::string& name);

    /// An administrator's rule in /run/udev/rules.d/FILE, in force when this returns.
    void add_rules(const std::string& file, std::string_view text);

    /// Writes the default configuration of bgs2d, which the shipped rules ask; gone at the end.
    void configure(std::string_view text);

    /// "/sys/devices/.../ttyUSB0" of what is plugged in.
    [[nodiscard]] std::string syspath(const std::string& name) const;

  private:
    struct Tty {
        std::string devpath; ///< below /sys
        std::string topmost; ///< below /sys: what disappears with the port
        std::string pts;     ///< the pty's slave
        dev_t number = 0;    ///< of that slave
        UsbSerial usb;       ///< to plug it in again, if `is_usb`
        bool is_usb = false;
    };

    void appear(const std::string& name, Tty tty);

    std::map<std::string, Tty> ttys_;
    std::set<std::string> rules_;
};

} // namespace bgs2::test
