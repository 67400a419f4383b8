// The states that a modem can be in.
#pragma once

#include <cstdint>
#include <string_view>

namespace bgs2 {

enum class ModemState : std::uint8_t {
    reading,
    unmanaged,
    compliant,
    drifted,
    provisioning,
    failed,  ///< tries again by itself
    blocked, ///< needs a person
};

std::string_view word(ModemState state);

} // namespace bgs2
