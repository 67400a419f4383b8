// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace bgs2::cli {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

/// The combining marks that names use (Unicode 15, DerivedGeneralCategory: the blocks made of Mn and Cf
/// only).
constexpr std::array zero_width{
    Range{0x0300, 0x036f},
    Range{0x200b, 0x200f},
    Range{0x20d0, 0x20f0},
    Range{0xfe00, 0xfe0f},
};

/// The wide blocks (Unicode 15, EastAsianWidth W and F).
constexpr std::array double_width{
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0xa4cf},   Range{0xac00, 0xd7a3},
    Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},
    Range{0x1f300, 0x1f64f}, Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd},
};

struct Character {
    char32_t code;
    std::size_t length; ///< in bytes
};

/// The length in bytes of a character that begins with this byte (RFC 3629 §3).
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0xc2)
        return 1;
    if (lead < 0xe0)
        return 2;
    return lead < 0xf0 ? 3 : 4;
}

/// The first character of a text that is not empty. Invalid UTF-8 counts as one character per byte.
Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t length = sequence_length(byte(0));
    if (length == 1 || length > text.size())
        return {byte(0), 1};
    char32_t code = byte(0) & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80)
            return {byte(0), 1};
        code = code << 6U | (byte(i) & 0x3fU);
    }
    return {code, length};
}

std::size_t width_of(char32_t code) {
    const auto holds = [code](Range range) { return code >= range.first && code <= range.last; };
    if (std::ranges::any_of(zero_width, holds))
        return 0;
    return std::ranges::any_of(double_width, holds) ? 2 : 1;
}

/// The beginning of the text that fits these columns.
std::string_view beginning(std::string_view text, std::size_t width) {
    std::size_t kept = 0;
    std::size_t columns = 0;
    while (kept < text.size()) {
        const Character character = first_character(text.substr(kept));
        if (columns + width_of(character.code) > width)
            break;
        columns += width_of(character.code);
        kept += character.length;
    }
    return text.substr(0, kept);
}

std::chrono::sys_seconds time_of(std::uint64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

} // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        width += width_of(character.code);
        text.remove_prefix(character.length);
    }
    return width;
}

std::string cut(std::string_view text, std::size_t width) {
    if (display_width(text) <= width)
        return std::string(text);
    if (width == 0)
        return {};
    return std::string(beginning(text, width - 1)) + "…";
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    constexpr std::size_t least_room = 8;
    const std::size_t room = std::max(width, indent + least_room) - indent;
    std::string lines;
    while (display_width(text) > room) {
        std::string_view line = beginning(text, room);
        std::size_t next = line.size();
        if (text[next] == ' ') {
            ++next;
        } else if (const auto blank = line.rfind(' '); blank != std::string_view::npos && blank > 0) {
            line = line.substr(0, blank);
            next = blank + 1;
        }
        lines.append(line).append(1, '\n').append(indent, ' ');
        text.remove_prefix(next);
    }
    return lines.append(text);
}

std::string iso_day(std::chrono::sys_seconds time) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

std::string iso_time(std::chrono::sys_seconds time) {
    const std::chrono::hh_mm_ss clock(time - std::chrono::floor<std::chrono::days>(time));
    return fmt::format("{}T{:02}:{:02}:{:02}Z", iso_day(time), clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
}

std::string bus_time(std::uint64_t seconds, std::string_view never) {
    return seconds == 0 ? std::string(never) : iso_time(time_of(seconds));
}

std::string bus_day(std::uint64_t seconds, std::string_view never) {
    return seconds == 0 ? std::string(never) : iso_day(time_of(seconds));
}

std::string to_line(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace bgs2::cli
