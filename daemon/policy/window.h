// SPDX-License-Identifier: Apache-2.0
// A part of each day, in which bgs2d may interrupt another program.
#pragma once

#include "daemon/base/error.h"

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::policy {

/// By local time, from `begin` up to `end`, which belongs to the window no more. If `end` is earlier, it is
/// on the next day.
struct Window {
    std::chrono::minutes begin{0}; ///< since midnight, less than 24 h
    std::chrono::minutes end{0};   ///< since midnight, less than 24 h, not `begin`

    bool operator==(const Window&) const = default;
};

/// Parses "02:00-04:00". Errors: InvalidArgument.
Expected<Window> parse_window(std::string_view text);
std::string to_string(const Window& window);

/// Whether the window is open at `now`, by the time zone of the process.
bool is_open(const Window& window, std::chrono::sys_seconds now);

/// The next time after `now` at which the window opens. A time that the change to summer time leaves out is
/// the first one after it.
std::chrono::sys_seconds next_opening(const Window& window, std::chrono::sys_seconds now);

} // namespace bgs2::policy
