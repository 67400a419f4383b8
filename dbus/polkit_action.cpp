// SPDX-License-Identifier: Apache-2.0
#include "dbus/polkit_action.h"

namespace bgs2::dbus {

PolkitAction required_action(Operation operation) {
    switch (operation) {
    case Operation::provision:
    case Operation::refresh:
        return PolkitAction::provision;
    case Operation::install:
    case Operation::send:
        return PolkitAction::install_certificate;
    case Operation::erase:
        return PolkitAction::erase_certificate;
    }
    return PolkitAction::manage;
}

} // namespace bgs2::dbus
