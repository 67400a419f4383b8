// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/unit_name.h"

#include "daemon/base/bytes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace bgs2::policy {
namespace {

/// UNIT_NAME_MAX of systemd, with its NUL.
constexpr std::size_t too_long = 256;

constexpr std::array<std::string_view, 5> unit_types{"service", "socket", "target", "timer", "path"};

/// bgs2d itself, and the bus over which it starts a unit again.
constexpr std::array<std::string_view, 4> required_units{"bgs2d.service", "dbus.service", "dbus.socket",
                                                         "dbus-broker.service"};

/// Of systemd.unit(5).
constexpr std::string_view unit_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";

} // namespace

Expected<void> check_unit_name(std::string_view name) {
    const auto refuse = [&](std::string_view why, std::string hint) {
        return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" {}", printable(name), why),
                    std::move(hint));
    };
    const auto dot = name.rfind('.');
    const std::string_view type = dot == std::string_view::npos ? "" : name.substr(dot + 1);
    if (std::ranges::find(unit_types, type) == unit_types.end())
        return refuse("is not the name of a unit that can be stopped and started",
                      fmt::format("end it with .{}", fmt::join(unit_types, ", .")));
    const auto prefix = name.substr(0, dot);
    const auto at = prefix.find('@');
    if (name.size() >= too_long || name.find_first_not_of(unit_characters) != std::string_view::npos ||
        prefix.empty() || at == 0)
        return refuse("is not a valid name of a unit",
                      "see systemd.unit(5), or escape it by systemd-escape(1)");
    if (at == prefix.size() - 1)
        return refuse("is a template", "name an instance of it, such as pppd@ttyS1.service");
    if (std::ranges::find(required_units, name) != required_units.end())
        return refuse("cannot be stopped: bgs2d requires it",
                      "name the unit of the program that uses the modem");
    return {};
}

} // namespace bgs2::policy
