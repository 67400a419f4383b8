// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_name.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace bgs2::cli {
namespace {

struct Condition {
    std::string_view property;
    std::string value;
};

using Conditions = std::vector<Condition>;

/// Sets of properties that identify a port, the best first.
const std::array<std::vector<std::string_view>, 3> ways{
    std::vector<std::string_view>{"ID_VENDOR_ID", "ID_MODEL_ID", "ID_SERIAL_SHORT"},
    std::vector<std::string_view>{"ID_VENDOR_ID", "ID_MODEL_ID", "ID_SERIAL_SHORT", "ID_USB_INTERFACE_NUM"},
    std::vector<std::string_view>{"ID_PATH"},
};

bool is_plain(std::string_view value) {
    constexpr std::string_view marks = "._:@,/+-";
    return !value.empty() && std::ranges::all_of(value, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

/// The port's values of these properties; nothing if one is missing or unsafe.
std::optional<Conditions> conditions(const std::vector<std::string_view>& properties, const Port& port) {
    Conditions result;
    for (const std::string_view property : properties) {
        const auto found = port.properties.find(std::string(property));
        if (found == port.properties.end() || !is_plain(found->second))
            return std::nullopt;
        result.push_back({.property = property, .value = found->second});
    }
    return result;
}

bool hold(const Conditions& all, const Port& port) {
    return std::ranges::all_of(all, [&](const Condition& each) {
        const auto found = port.properties.find(std::string(each.property));
        return found != port.properties.end() && found->second == each.value;
    });
}

PortName by_properties(const Conditions& all) {
    std::vector<std::string> fields;
    std::string rule = R"(SUBSYSTEM=="tty")";
    for (const auto& [property, value] : all) {
        fields.push_back(fmt::format(R"({} = "{}")", property, value));
        rule += fmt::format(R"(, ENV{{{}}}=="{}")", property, value);
    }
    return {.entry = all.size() == 1 && all.front().property == "ID_PATH"
                         ? fmt::format("[[port]]\nid-path = \"{}\"", all.front().value)
                         : fmt::format("[[port]]\nproperty = {{ {} }}", fmt::join(fields, ", ")),
            .rule = rule + R"(, ENV{BGS2D_PORT}="1")"};
}

PortName by_device(const std::string& device) {
    constexpr std::string_view folder = "/dev/";
    if (!is_plain(device))
        return {};
    PortName name{.entry = fmt::format("[[port]]\ndevice = \"{}\"", device), .rule = {}};
    if (device.starts_with(folder) && device.find('/', folder.size()) == std::string::npos)
        name.rule = fmt::format(R"(SUBSYSTEM=="tty", KERNEL=="{}", ENV{{BGS2D_PORT}}="1")",
                                device.substr(folder.size()));
    return name;
}

} // namespace

PortName name_of(const Port& port, std::span<const Port> others) {
    for (const auto& way : ways) {
        const auto all = conditions(way, port);
        if (all && std::ranges::none_of(others, [&](const Port& other) {
                return other.device != port.device && hold(*all, other);
            }))
            return by_properties(*all);
    }
    return by_device(port.device);
}

} // namespace bgs2::cli
