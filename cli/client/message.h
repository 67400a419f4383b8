// SPDX-License-Identifier: Apache-2.0
// Reads the content of a D-Bus message.
#pragma once

#include "cli/client/objects.h"
#include "dbus/sdbus/sdbus.h"

namespace bgs2::cli {

/// The remaining values of the message, as an array. Throws CommandError for a type that the interfaces of
/// bgs2d do not have, sdbus::Error if the message is invalid.
Value read_all(sdbus::Message& message);

} // namespace bgs2::cli
