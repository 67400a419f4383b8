// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/key_binding.h"

#include "daemon/base/bytes.h"

#include <fmt/format.h>

namespace bgs2 {

std::string place_of(const PortInfo& port) {
    const std::string path = port.property("ID_PATH");
    // "pci-0000:00:14.0-usb-0:2:1.0": the last colon precedes configuration and interface.
    if (path.contains("usb"))
        return printable(path.substr(0, path.rfind(':')));
    return printable(port.device);
}

Expected<void> may_write_key(const policy::Policy& policy, const ModemRecord& record,
                             const std::string& place) {
    if (policy.bind == policy::Bind::none || record.place.empty() || record.place == place ||
        policy.match.port || !policy.match.properties.empty())
        return {};
    return fail(
        ErrorCode::not_trusted,
        fmt::format("the modem is at {}, but was first provisioned at {}: another device may have its "
                    "IMEI, so that it gets no private key",
                    place, record.place),
        "run 'bgs2ctl trust' for the modem if it was moved");
}

Error imei_twice(const std::string& imei, const std::string& port, const std::string& other_port) {
    return {
        ErrorCode::not_trusted,
        fmt::format("modems on {} and {} have the IMEI {}: bgs2d writes to neither", port, other_port, imei),
        "unplug the one that does not belong here; set bind = \"none\" if both ports lead to one modem"};
}

} // namespace bgs2
