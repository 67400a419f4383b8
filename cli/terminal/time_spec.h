// SPDX-License-Identifier: Apache-2.0
// A time on the command line. Pure.
#pragma once

#include "daemon/base/error.h"

#include <chrono>
#include <string_view>

namespace bgs2::cli {

/// "2026-11-20" or "2026-11-20 12:00", both UTC (seconds, "T" and "Z" are accepted, as bgs2ctl prints them);
/// or an age, counted from `now`: "90s", "2h", "3d". Errors: InvalidArgument.
Expected<std::chrono::sys_seconds> time_spec(std::string_view text, std::chrono::sys_seconds now);

} // namespace bgs2::cli
