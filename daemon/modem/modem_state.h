// SPDX-License-Identifier: Apache-2.0
// The states that a modem can be in.
#pragma once

#include "daemon/base/event.h"
#include "daemon/base/words.h"

#include <cstdint>
#include <optional>

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

consteval auto words(ModemState) {
    using enum ModemState;
    return EnumTable{
        Word{reading, "reading"}, Word{unmanaged, "unmanaged"},       Word{compliant, "compliant"},
        Word{drifted, "drifted"}, Word{provisioning, "provisioning"}, Word{failed, "failed"},
        Word{blocked, "blocked"}};
}

/// The event that a modem comes to this state; nothing if nobody wants to be alerted of it.
std::optional<Event> event_of(ModemState state);

} // namespace bgs2
