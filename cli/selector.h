// Which modem the M of a command line means. Pure.
#pragma once

#include "cli/objects.h"
#include "daemon/error.h"

#include <span>
#include <string_view>

namespace bgs2::cli {

/// `selector`: an IMEI or an end of one that only one modem has; the device node of a port (begins with "/");
/// "any", the first; empty, the only one. `modems` are sorted by IMEI. Errors: NotFound; InvalidArgument
/// (several would do, or it is none of these).
Expected<Modem> select(std::span<const Modem> modems, std::string_view selector);

/// `selector`, with the symbolic links of a device node (/dev/serial/by-id/...) followed, as far as it
/// exists.
std::string followed(std::string_view selector);

} // namespace bgs2::cli
