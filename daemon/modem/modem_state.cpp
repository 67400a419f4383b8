// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem_state.h"

#include <array>
#include <cstddef>

namespace bgs2 {
namespace {

constexpr std::array<std::string_view, 7> words{"reading",      "unmanaged", "compliant", "drifted",
                                                "provisioning", "failed",    "blocked"};

} // namespace

std::string_view word(ModemState state) {
    return words.at(static_cast<std::size_t>(state));
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
