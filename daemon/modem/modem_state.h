// SPDX-License-Identifier: Apache-2.0
// The events that report the states of a modem.
#pragma once

#include "daemon/base/codes.h"
#include "daemon/base/event.h"

#include <optional>

namespace bgs2 {

/// The event that reports this state; nothing for a state that needs no alert.
std::optional<Event> event_of(ModemState state);

} // namespace bgs2
