// SPDX-License-Identifier: Apache-2.0
// Long output on a terminal, a screen at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// The pager and its arguments: BGS2CTL_PAGER, else PAGER, else less; empty if that is "" or "cat". Null
/// pointers: not set. Pure.
std::vector<std::string> pager_command(const char* own, const char* general);

/// The lines that the text takes on a terminal of `width` columns; colours take none. Pure.
std::size_t lines_on_screen(std::string_view text, std::size_t width);

/// Calls `write` and shows what it wrote to the terminal (standard output is one; standard error may be):
/// directly if it fits on the screen, else through the pager. A pager that cannot be started, or that the
/// user leaves early, is no error. What `write` throws is rethrown after that.
void through_pager(const std::function<void()>& write);

} // namespace bgs2::cli
