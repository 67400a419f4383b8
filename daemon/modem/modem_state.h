// SPDX-License-Identifier: Apache-2.0
// The states that a modem can be in.
#pragma once

#include "daemon/base/event.h"

#include <cstdint>
#include <optional>
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

/// The event that a modem comes to this state; nothing if nobody wants to be alerted of it.
std::optional<Event> event_of(ModemState state);

} // namespace bgs2
