// SPDX-License-Identifier: Apache-2.0
// Which modem the M of a command line means.
#pragma once

#include "cli/client/objects.h"
#include "daemon/base/error.h"

#include <span>
#include <string_view>

namespace bgs2::cli {

/// `selector`: an IMEI or an end of one that only one modem has; the device node of a port (begins with "/");
/// "any", the first; empty, the only one. `modems` are sorted by IMEI. Errors: NotFound; InvalidArgument
/// (several would do, or it is none of these). Pure.
Expected<Modem> select(std::span<const Modem> modems, std::string_view selector);

/// The same for what a person typed: the symbolic links of a device node (/dev/serial/by-id/...) are followed
/// if no modem is attended on it by that very name.
Expected<Modem> resolve(std::span<const Modem> modems, std::string_view selector);

} // namespace bgs2::cli
