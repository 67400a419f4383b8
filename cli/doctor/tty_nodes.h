// SPDX-License-Identifier: Apache-2.0
// The serial ports of this machine, from the kernel, without bgs2d.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::cli {

struct TtyNode {
    std::string device;     ///< "/dev/ttyUSB0"
    std::string usb_vendor; ///< "1e2d"; empty: not on USB
    std::string usb_product;
    bool console = false; ///< a console of the kernel
    std::string group;    ///< of the node: its name, or its number if it has none
    unsigned mode = 0;    ///< of the node: its permission bits

    bool operator==(const TtyNode&) const = default;
};

/// The ttys with hardware: neither virtual consoles nor UARTs that the board does not have. Sorted by device
/// node. Omits those that cannot be read.
std::vector<TtyNode> tty_nodes(const std::filesystem::path& sys = "/sys",
                               const std::filesystem::path& dev = "/dev");

} // namespace bgs2::cli
