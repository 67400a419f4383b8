// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace bgs2::policy {
namespace {

using std::chrono::milliseconds;

struct Unit {
    std::string_view word;
    milliseconds length;
};

constexpr std::array units{
    Unit{"d", std::chrono::days(1)},    Unit{"h", std::chrono::hours(1)}, Unit{"m", std::chrono::minutes(1)},
    Unit{"s", std::chrono::seconds(1)}, Unit{"ms", milliseconds(1)},
};

constexpr milliseconds longest = std::chrono::days(1'000'000);

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    std::uint64_t count = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc())
        return std::nullopt;
    if (count == 0 && rest == text.data() + text.size())
        return milliseconds::zero();
    const auto* unit =
        std::ranges::find(units, text.substr(static_cast<std::size_t>(rest - text.data())), &Unit::word);
    if (unit == units.end() || count > static_cast<std::uint64_t>(longest / unit->length))
        return std::nullopt;
    return unit->length * static_cast<std::int64_t>(count);
}

std::string to_string(milliseconds duration) {
    // Zero would be "0d".
    const auto* unit = duration == milliseconds::zero()
                           ? &units.back()
                           : std::ranges::find_if(units, [duration](const Unit& each) {
                                 return duration % each.length == milliseconds::zero();
                             });
    return std::to_string(duration / unit->length).append(unit->word);
}

} // namespace bgs2::policy
