// The a{sv} of a method call, read strictly.
#pragma once

#include "daemon/history/filter.h"

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace bgs2::dbus {

using Options = std::map<std::string, sdbus::Variant>;

/// The option `slot`. Throws sdbus::Error (InvalidArgument) if it is not a `u`, or if there is another
/// option.
std::optional<std::uint32_t> slot_option(const Options& options);

/// The options `modem`, `since`, `failed`, `limit` of Manager.History. Throws sdbus::Error (InvalidArgument)
/// if one is of another type or out of range, or if there is another option.
history::Filter history_filter(const Options& options);

/// Throws sdbus::Error (InvalidArgument) if there is an option.
void no_options(const Options& options);

} // namespace bgs2::dbus
