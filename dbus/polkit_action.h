// SPDX-License-Identifier: Apache-2.0
// The rights that callers can have, which are polkit's actions.
#pragma once

#include "daemon/modem/job.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace bgs2::dbus {

enum class PolkitAction : std::uint8_t {
    provision, ///< have modems made, or read, as the policy says
    install_certificate,
    erase_certificate,
    manage, ///< the daemon itself: its ports, its policies
};

inline constexpr std::array rights{PolkitAction::provision, PolkitAction::install_certificate,
                                   PolkitAction::erase_certificate, PolkitAction::manage};

/// polkit's name of it, as io.bgs2d1.policy has it: "io.bgs2d1.provision".
std::string_view action(PolkitAction right);

/// What who lacks it may not: "provision modems".
std::string_view words(PolkitAction right);

/// The one that it takes to have this done, and to have it ended.
PolkitAction right_to(Operation operation);

} // namespace bgs2::dbus
