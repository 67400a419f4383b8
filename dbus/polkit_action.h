// SPDX-License-Identifier: Apache-2.0
// The rights that callers can have, which are polkit's actions.
#pragma once

#include "daemon/base/words.h"
#include "daemon/modem/job.h"

#include <cstdint>
#include <string_view>

namespace bgs2::dbus {

enum class PolkitAction : std::uint8_t {
    provision, ///< have modems made, or read, as the policy says
    install_certificate,
    erase_certificate,
    manage, ///< the daemon itself: its ports, its policies
};

struct PolkitActionRow {
    PolkitAction value;
    std::string_view word;        ///< polkit's name of it, as in io.bgs2d1.policy
    std::string_view description; ///< for messages: "provision modems"
};

consteval auto words(PolkitAction) {
    using enum PolkitAction;
    return EnumTable{
        PolkitActionRow{provision, "io.bgs2d1.provision", "provision modems"},
        PolkitActionRow{install_certificate, "io.bgs2d1.install-certificate",
                        "write certificates into modems"},
        PolkitActionRow{erase_certificate, "io.bgs2d1.erase-certificate", "erase certificates from modems"},
        PolkitActionRow{manage, "io.bgs2d1.manage", "manage bgs2d"},
    };
}

/// The one that it takes to have this done, and to have it ended.
PolkitAction right_to(Operation operation);

} // namespace bgs2::dbus
