// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/store_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace bgs2::sbnw {
namespace {

constexpr std::string_view prefix = "^SBNW:";
constexpr std::size_t longest_name = 32;
constexpr std::size_t most_names = 16;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view around = " \t\"";
    const auto begin = text.find_first_not_of(around);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(around) - begin + 1);
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
}

} // namespace

std::vector<std::string> parse_store_list(std::span<const std::string> lines) {
    std::vector<std::string> stores;
    const auto line = std::ranges::find_if(
        lines, [](const std::string& each) { return std::string_view(each).starts_with(prefix); });
    if (line == lines.end())
        return stores;
    std::string_view list = std::string_view(*line).substr(prefix.size());
    if (const auto open = list.find('('); open != std::string_view::npos)
        list.remove_prefix(open + 1);
    list = list.substr(0, list.find(')'));
    while (!list.empty() && stores.size() < most_names) {
        const auto comma = list.find(',');
        if (const std::string_view name = trimmed(list.substr(0, comma)); is_name(name))
            stores.emplace_back(name);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return stores;
}

std::string hint_without_slots(const std::string& store, std::span<const std::string> known) {
    if (known.empty())
        return fmt::format("query the stores with AT^SBNW=?: the firmware may not know '{}'", store);
    if (std::ranges::find(known, store) != known.end())
        return fmt::format("retry with 'bgs2ctl refresh': the firmware knows the store '{}'", store);
    return fmt::format("its firmware knows only {}; use a module with other firmware for '{}'",
                       fmt::join(known, ", "), store);
}

} // namespace bgs2::sbnw
