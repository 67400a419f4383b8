// SPDX-License-Identifier: Apache-2.0
// The need of a modem for its port.
#pragma once

#include <cstdint>
#include <string>

namespace bgs2 {

enum class Purpose : std::uint8_t {
    none,
    check, ///< the slots are to be read: nothing else is interrupted for that
    write, ///< slots are to be written
};

struct PortNeed {
    Purpose purpose = Purpose::none;
    bool requested = false; ///< by a client, so that the time of day does not matter
    std::string work{};     ///< for people, after "to": "read its slots"; empty for none

    bool operator==(const PortNeed&) const = default;
};

} // namespace bgs2
