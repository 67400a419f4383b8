#include "daemon/event.h"

#include <algorithm>

namespace bgs2 {

const EventRow& row(Event event) {
    return *std::ranges::find(events, event, &EventRow::event);
}

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
