// SPDX-License-Identifier: Apache-2.0
// A time as a person gives it on a command line. Pure.
#pragma once

#include "daemon/base/error.h"

#include <chrono>
#include <string_view>

namespace bgs2::cli {

/// "2026-11-20", "2026-11-20 12:00" (seconds, "T" and "Z" as bgs2ctl shows them are understood, too), which
/// are UTC as all that bgs2ctl shows; or how long ago, counted from `now`: "90s", "2h", "3d". Errors:
/// InvalidArgument.
Expected<std::chrono::sys_seconds> time_spec(std::string_view text, std::chrono::sys_seconds now);

} // namespace bgs2::cli
