// SPDX-License-Identifier: Apache-2.0
// Finds the modem that the M of a command line selects.
#pragma once

#include "cli/client/objects.h"
#include "daemon/base/error.h"

#include <span>
#include <string>
#include <string_view>

namespace bgs2::cli {

/// `selector`: an IMEI or an unambiguous suffix of it; the device node of a port (begins with "/"); "any",
/// the first modem; empty, the only one. `modems` are sorted by IMEI. Errors: NotFound; InvalidArgument
/// (ambiguous, or not a selector). Pure.
Expected<Modem> select(std::span<const Modem> modems, std::string_view selector);

/// The same, but also follows symbolic links to a device node (/dev/serial/by-id/...) if no modem has a port
/// of that name.
Expected<Modem> resolve(std::span<const Modem> modems, std::string_view selector);

/// The target of a link to a device node (/dev/serial/by-id/...); any other path as it is.
std::string followed(std::string_view node);

} // namespace bgs2::cli
