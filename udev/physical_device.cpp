// SPDX-License-Identifier: Apache-2.0
#include "udev/physical_device.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace bgs2::udev {
namespace {

constexpr std::size_t farthest = 8; // the search depth of ModemManager, including the port
constexpr std::array<std::string_view, 4> buses{"platform", "pci", "pnp", "sdio"};

/// The device that the search finds, or the end.
std::span<const Ancestor>::iterator find_device(std::span<const Ancestor> line) {
    bool is_usb = false;
    bool is_pcmcia = false;
    for (auto each = line.begin(); each != line.end(); ++each) {
        if (each->subsystem.empty())
            continue;
        // Once on a bus, ancestors are treated as parts of it: its host may be on PCI.
        if (is_usb || each->subsystem.starts_with("usb")) {
            is_usb = true;
            if (each->type == "usb_device")
                return each;
        } else if (is_pcmcia || each->subsystem == "pcmcia") {
            is_pcmcia = true;
            const auto above = each + 1;
            if (above != line.end() && !above->subsystem.empty() && above->subsystem != "pcmcia")
                return each;
        } else if (std::ranges::find(buses, each->subsystem) != buses.end()) {
            return each;
        }
    }
    return line.end();
}

} // namespace

std::string physical_device(std::span<const Ancestor> line) {
    if (line.empty())
        return {};
    const Ancestor& port = line.front();
    const auto near = line.first(std::min(line.size(), farthest));
    const auto found = port.name.starts_with("rfcomm") ? near.begin() : find_device(near);
    if (found != near.end() && !found->uid.empty())
        return found->uid;
    if (!port.uid.empty())
        return port.uid;
    return found == near.end() ? port.syspath : found->syspath;
}

} // namespace bgs2::udev
