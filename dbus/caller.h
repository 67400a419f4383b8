// SPDX-License-Identifier: Apache-2.0
// The caller of a method.
#pragma once

#include "dbus/sdbus/sdbus.h"

#include <string>

namespace bgs2::dbus {

struct Caller {
    std::string name;         ///< its unique name on the bus: ":1.42"; empty: unknown
    bool interactive = false; ///< allows a password dialogue (ALLOW_INTERACTIVE_AUTHORIZATION)

    bool operator==(const Caller&) const = default;
};

/// The caller of the method that `object` is handling. Call it before the handler returns: the message does
/// not exist afterwards.
Caller caller_of(const sdbus::IObject& object);

} // namespace bgs2::dbus
