// SPDX-License-Identifier: Apache-2.0
#include "dbus/caller.h"

#include <sdbus-c++/Message.h>
#include <systemd/sd-bus.h>

namespace bgs2::dbus {
namespace {

/// sdbus-c++ 1.2 does not show the flags of a message: this reaches the one of sd-bus behind it.
class Opened : public sdbus::Message {
  public:
    static sd_bus_message* of(const sdbus::Message& message) {
        return static_cast<sd_bus_message*>(message.*(&Opened::msg_));
    }
};

} // namespace

Caller caller_of(const sdbus::IObject& object) {
    const sdbus::Message* message = object.getCurrentlyProcessedMessage();
    if (message == nullptr)
        return {};
    return {.name = message->getSender(),
            .interactive = ::sd_bus_message_get_allow_interactive_authorization(Opened::of(*message)) > 0};
}

} // namespace bgs2::dbus
