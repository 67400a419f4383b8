// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/window.h"

#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <cstdint>
#include <ctime>
#include <optional>

namespace bgs2::policy {
namespace {

using std::chrono::minutes;
using std::chrono::sys_seconds;

/// Parses "02:00".
std::optional<minutes> parse_time(std::string_view text) {
    constexpr std::string_view form = "00:00";
    if (text.size() != form.size() || text[2] != ':')
        return std::nullopt;
    for (const std::size_t place : {0U, 1U, 3U, 4U}) {
        if (text[place] < '0' || text[place] > '9')
            return std::nullopt;
    }
    const std::chrono::hours hour((text[0] - '0') * 10 + (text[1] - '0'));
    const minutes minute((text[3] - '0') * 10 + (text[4] - '0'));
    if (hour >= std::chrono::days(1) || minute >= std::chrono::hours(1))
        return std::nullopt;
    return hour + minute;
}

/// Since midnight by local time; tzset() was called.
minutes time_of_day(sys_seconds when) {
    const std::time_t seconds = when.time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return std::chrono::hours(local.tm_hour) + minutes(local.tm_min);
}

bool contains(const Window& window, minutes time) {
    if (window.begin < window.end)
        return window.begin <= time && time < window.end;
    return time >= window.begin || time < window.end; // over midnight
}

std::string to_text(minutes time) {
    const auto hour = std::chrono::duration_cast<std::chrono::hours>(time);
    return fmt::format("{:02}:{:02}", hour.count(), (time - hour).count());
}

} // namespace

Expected<Window> parse_window(std::string_view text) {
    constexpr const char* hint = "write it as \"02:00-04:00\"";
    const auto dash = text.find('-');
    const auto begin = parse_time(text.substr(0, dash));
    const auto end = dash == std::string_view::npos ? std::nullopt : parse_time(text.substr(dash + 1));
    if (!begin || !end)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("\"{}\" is not a range of times from 00:00 to 23:59", printable(text)), hint);
    if (*begin == *end)
        return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" ends when it begins", printable(text)),
                    "omit it to allow any time");
    return Window{.begin = *begin, .end = *end};
}

std::string to_string(const Window& window) {
    return to_text(window.begin) + '-' + to_text(window.end);
}

bool is_open(const Window& window, sys_seconds now) {
    ::tzset(); // the time zone of the machine may have been changed
    return contains(window, time_of_day(now));
}

sys_seconds next_opening(const Window& window, sys_seconds now) {
    ::tzset();
    // By trial, since the offset of the local time changes at times that only the C library knows. Offsets
    // are whole minutes. A change to summer time can leave out a short window of one day, and a move of the
    // date line a day.
    constexpr std::chrono::days longest{4};
    const sys_seconds begin = std::chrono::ceil<minutes>(now + std::chrono::seconds(1));
    bool was_open = contains(window, time_of_day(begin - minutes(1)));
    for (sys_seconds when = begin; when < now + longest; when += minutes(1)) {
        const bool open = contains(window, time_of_day(when));
        if (open && !was_open)
            return when;
        was_open = open;
    }
    return now + std::chrono::days(1);
}

} // namespace bgs2::policy
