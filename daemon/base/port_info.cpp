// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/port_info.h"

#include <iterator>
#include <sstream>

namespace bgs2 {

std::string PortInfo::property(std::string_view name) const {
    const auto found = properties.find(name);
    return found == properties.end() ? std::string() : found->second;
}

PortInfo port_in_environment(std::span<const std::string_view> environment) {
    PortInfo port;
    for (const std::string_view each : environment) {
        if (const auto end = each.find('='); end != std::string_view::npos)
            port.properties.emplace(each.substr(0, end), each.substr(end + 1));
    }
    port.device = port.property("DEVNAME");
    std::istringstream links(port.property("DEVLINKS"));
    port.links.assign(std::istream_iterator<std::string>(links), {});
    return port;
}

} // namespace bgs2
