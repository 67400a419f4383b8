// SPDX-License-Identifier: Apache-2.0
// What is in a message of the bus.
#pragma once

#include "cli/client/objects.h"

#include <sdbus-c++/Message.h>

namespace bgs2::cli {

/// All that the message holds from here on, as an array. Throws Failure for a type that bgs2d's interfaces do
/// not have, sdbus::Error if the message is broken.
Value read_all(sdbus::Message& message);

} // namespace bgs2::cli
