// SPDX-License-Identifier: Apache-2.0
// The polkit actions that callers can be authorized for.
#pragma once

#include "daemon/base/words.h"
#include "daemon/modem/job.h"

#include <cstdint>
#include <string_view>

namespace bgs2::dbus {

enum class PolkitAction : std::uint8_t {
    provision, ///< apply policies, read the slots again
    install_certificate,
    erase_certificate,
    manage, ///< manage the daemon: its ports and policies
};

struct PolkitActionRow {
    PolkitAction value;
    std::string_view word;        ///< the action id, as in io.bgs2d1.policy
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

/// The action that is required to start this operation, and to cancel it.
PolkitAction required_action(Operation operation);

} // namespace bgs2::dbus
