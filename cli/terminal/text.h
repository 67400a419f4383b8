// SPDX-License-Identifier: Apache-2.0
// Text for terminals: columns, truncation, times; and JSON on one line.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bgs2::cli {

/// The columns that UTF-8 text takes on a terminal: none for combining marks, two for East Asian wide ones.
std::size_t display_width(std::string_view text);

/// `text` cut to at most `width` columns, the last of them "…" if something was cut off.
std::string cut(std::string_view text, std::size_t width);

/// `text` in lines of at most `width` columns, broken between words where possible. The first line is assumed
/// to start at column `indent`; the others begin with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// "2026-11-22T19:15:32Z".
std::string iso_time(std::chrono::sys_seconds time);

/// "2026-11-22".
std::string iso_day(std::chrono::sys_seconds time);

/// A time of the D-Bus interface (seconds since 1970, 0: `never`) as iso_time() or iso_day().
std::string bus_time(std::uint64_t seconds, std::string_view never);
std::string bus_day(std::uint64_t seconds, std::string_view never);

/// `value` as JSON on one line, with its line end; bytes that are not UTF-8 become U+FFFD.
std::string to_line(const nlohmann::ordered_json& value);

} // namespace bgs2::cli
