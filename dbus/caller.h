// SPDX-License-Identifier: Apache-2.0
// Who calls a method.
#pragma once

#include <sdbus-c++/IObject.h>

#include <string>

namespace bgs2::dbus {

struct Caller {
    std::string name;         ///< on the bus: ":1.42"; empty: nobody
    bool interactive = false; ///< may be asked for a password (ALLOW_INTERACTIVE_AUTHORIZATION)

    bool operator==(const Caller&) const = default;
};

/// Of the method that `object` is handling. Only before its handler returns: the message is gone afterwards.
Caller caller_of(const sdbus::IObject& object);

} // namespace bgs2::dbus
