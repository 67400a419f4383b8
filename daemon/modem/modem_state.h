// SPDX-License-Identifier: Apache-2.0
// The states of a modem.
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
    failed,  ///< is retried automatically
    blocked, ///< requires manual intervention
};

consteval auto words(ModemState) {
    using enum ModemState;
    return EnumTable{
        Word{reading, "reading"}, Word{unmanaged, "unmanaged"},       Word{compliant, "compliant"},
        Word{drifted, "drifted"}, Word{provisioning, "provisioning"}, Word{failed, "failed"},
        Word{blocked, "blocked"}};
}

/// The event that reports this state; nothing for a state that needs no alert.
std::optional<Event> event_of(ModemState state);

} // namespace bgs2
