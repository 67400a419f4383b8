// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/event.h"

#include <algorithm>

namespace bgs2 {

const EventRow& row(Event event) {
    return *std::ranges::find(events, event, &EventRow::event);
}

} // namespace bgs2
