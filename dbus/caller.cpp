// SPDX-License-Identifier: Apache-2.0
#include "dbus/caller.h"

#include "dbus/sdbus/sdbus.h"

#include <systemd/sd-bus.h>

namespace bgs2::dbus {

Caller caller_of(const sdbus::IObject& object) {
    Caller caller;
    bus::use_current_message(object, [&caller](const sdbus::Message& message) {
        caller.name = message.getSender();
        caller.interactive = ::sd_bus_message_get_allow_interactive_authorization(bus::raw(message)) > 0;
    });
    return caller;
}

} // namespace bgs2::dbus
