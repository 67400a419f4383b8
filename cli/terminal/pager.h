// SPDX-License-Identifier: Apache-2.0
// Long output on a terminal, a screen at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// The pager and its arguments: what BGS2CTL_PAGER says, else PAGER, else less; empty if that is to be none
/// ("" or "cat"). Null pointers: not set. Pure.
std::vector<std::string> pager_command(const char* own, const char* general);

/// The lines that a terminal of `width` columns takes for the text; colours take no room. Pure.
std::size_t lines_on_screen(std::string_view text, std::size_t width);

/// Lets `write` write, and shows what it wrote to the terminal (standard output is one; standard error, if it
/// is one, too): at once if the screen has room for it, else through the pager. A pager that can not be
/// started, and one that is left early, are no errors. What `write` throws comes after that.
void through_pager(const std::function<void()>& write);

} // namespace bgs2::cli
