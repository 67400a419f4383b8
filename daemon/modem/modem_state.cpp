// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem_state.h"

namespace bgs2 {

std::optional<Event> event_of(ModemState state) {
    switch (state) {
    case ModemState::drifted:
        return Event::drifted;
    case ModemState::failed:
        return Event::failed;
    case ModemState::blocked:
        return Event::blocked;
    default:
        return std::nullopt;
    }
}

} // namespace bgs2
