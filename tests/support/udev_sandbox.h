// SPDX-License-Identifier: Apache-2.0
// Simulated hardware for the real systemd-udevd in the namespaces of tests/hotplug/sandbox.
#pragma once

#include "daemon/base/immovable.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace bgs2::test {

/// The descriptors and names of a USB modem or adapter.
struct UsbSerial {
    std::string name = "ttyUSB0"; ///< the kernel's name of the tty
    std::string usb_port = "1-1"; ///< "1-1.2": behind a hub in 1-1
    std::string vendor = "1e2d";
    std::string product = "0058";
    std::string interface = "00"; ///< its number, two hexadecimal digits
    std::string serial = "A6001";
    std::string manufacturer = "Cinterion";
    std::string model = "BGS2";
    std::string hub_vendor = "1d6b"; ///< of the hub, if any
};

/// Plugs in and unplugs serial ports. Each is the slave of a pty, shown as /dev/NAME, in /sys and by udev.
/// Calls return when udev has processed the device. They throw std::runtime_error on errors, and the
/// constructor also outside the sandbox. The destructor unplugs all ports.
class UdevSandbox : Immovable {
  public:
    UdevSandbox();
    ~UdevSandbox();

    void plug(const UsbSerial& device, const std::string& pts); ///< `pts`: "/dev/pts/7"
    /// Adds an on-board UART, such as "ttyS0". A real one exists from boot: call this before the code under
    /// test.
    void plug_uart(const std::string& name, const std::string& pts);
    /// Adds a virtual tty, such as "tty1", which has no parent device in sysfs.
    void plug_virtual(const std::string& name, const std::string& pts);

    /// Removes a port like pulling its cable: the node disappears at once, even while open. The pty remains
    /// open.
    void unplug(const std::string& name);

    /// Replugs a modem under another number with the same pty. The kernel does this if the old node is still
    /// open at the replug.
    void renumber(const std::string& name, const std::string& new_name);

    /// Runs the rules again, like `udevadm trigger`.
    void change(const std::string& name);

    /// Adds rules in /run/udev/rules.d/FILE and reloads udev.
    void add_rules(const std::string& file, std::string_view text);

    /// Writes the default configuration file of bgs2d, which the shipped rules read. The destructor removes
    /// it.
    void configure(std::string_view text);

    /// The sysfs path of a port: "/sys/devices/.../ttyUSB0".
    [[nodiscard]] std::string syspath(const std::string& name) const;

  private:
    struct Tty {
        std::string devpath; ///< below /sys
        std::string topmost; ///< below /sys: the topmost directory of the device
        std::string pts;     ///< slave of the pty
        dev_t number = 0;    ///< of the slave
        UsbSerial usb;       ///< valid if `is_usb`; renumber() requires it
        bool is_usb = false;
    };

    void add_tty(const std::string& name, Tty tty);

    std::map<std::string, Tty> ttys_;
    std::set<std::string> rules_;
};

} // namespace bgs2::test
