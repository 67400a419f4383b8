// SPDX-License-Identifier: Apache-2.0
// The serial ports of this machine as the kernel tells of them, whether or not bgs2d runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::cli {

struct TtyNode {
    std::string device;     ///< "/dev/ttyUSB0"
    std::string usb_vendor; ///< "1e2d"; empty: not on USB
    std::string usb_product;
    bool console = false; ///< the kernel writes to it
    std::string group;    ///< of the node: its name, or its number where it has none
    unsigned mode = 0;    ///< of the node: its permission bits

    bool operator==(const TtyNode&) const = default;
};

/// The ttys that have hardware behind them: neither virtual consoles nor UARTs that the board does not have.
/// By device node. What can not be read is left out.
std::vector<TtyNode> tty_nodes(const std::filesystem::path& sys = "/sys",
                               const std::filesystem::path& dev = "/dev");

} // namespace bgs2::cli
