// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/window.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// The time zone of the process, until the end of the scope.
class TimeZone {
  public:
    explicit TimeZone(const char* name) {
        if (const char* before = std::getenv("TZ"))
            before_ = before;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;
    ~TimeZone() {
        if (before_)
            ::setenv("TZ", before_->c_str(), 1);
        else
            ::unsetenv("TZ");
        ::tzset();
    }

  private:
    std::optional<std::string> before_;
};

/// As POSIX writes it, so that no database of time zones is required.
constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";

Window window(std::string_view text) {
    const auto parsed = parse_window(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Window());
}

TEST(Window, IsARangeOfTimes) {
    EXPECT_EQ(window("02:00-04:00"), (Window{.begin = 2h, .end = 4h}));
    EXPECT_EQ(window("22:30-00:05"), (Window{.begin = 22h + 30min, .end = 5min}));
    EXPECT_EQ(window("00:00-23:59"), (Window{.begin = 0min, .end = 23h + 59min}));
    for (const char* text : {"02:00-04:00", "22:30-00:05", "00:00-23:59"})
        EXPECT_EQ(to_string(window(text)), text);
}

TEST(Window, IsRefusedInAnyOtherForm) {
    for (const char* text :
         {"", "-", "02:00", "02:00-", "-04:00", "2:00-4:00", "02:00-04:00 ", " 02:00-04:00", "02:00 - 04:00",
          "02:00-04:00-06:00", "24:00-02:00", "02:00-24:00", "02:60-04:00", "0200-0400", "02.00-04.00",
          "+2:00-04:00", "02:00:00-04:00", "a2:00-04:00", "02:00--4:00"}) {
        const auto parsed = parse_window(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
        EXPECT_FALSE(parsed.error().hint.empty());
    }
    EXPECT_FALSE(parse_window("02:00-02:00"));
}

TEST(Window, IsOpenFromItsBeginUpToItsEnd) {
    const TimeZone utc("UTC0");
    const sys_seconds day = sys_days(2026y / 11 / 27);
    const Window night = window("02:00-04:00");
    EXPECT_FALSE(is_open(night, day + 2h - 1s));
    EXPECT_TRUE(is_open(night, day + 2h));
    EXPECT_TRUE(is_open(night, day + 4h - 1s));
    EXPECT_FALSE(is_open(night, day + 4h));
    const Window late = window("23:00-01:00");
    EXPECT_FALSE(is_open(late, day + 23h - 1s));
    EXPECT_TRUE(is_open(late, day + 23h));
    EXPECT_TRUE(is_open(late, day + 24h));
    EXPECT_TRUE(is_open(late, day + 25h - 1s));
    EXPECT_FALSE(is_open(late, day + 25h));
}

TEST(Window, IsOfTheLocalTime) {
    const TimeZone zone(berlin);
    const sys_seconds winter = sys_days(2026y / 1 / 15);
    const sys_seconds summer = sys_days(2026y / 7 / 15);
    EXPECT_TRUE(is_open(window("02:00-04:00"), winter + 1h));
    EXPECT_FALSE(is_open(window("02:00-04:00"), winter + 1h - 1s));
    EXPECT_TRUE(is_open(window("02:00-04:00"), summer));
    EXPECT_FALSE(is_open(window("02:00-04:00"), summer + 2h));
}

struct Opening {
    std::string_view window;
    sys_seconds now;
    sys_seconds next;
};

TEST(Window, OpensNextAtItsBegin) {
    const TimeZone utc("UTC0");
    const sys_seconds day = sys_days(2026y / 11 / 27);
    const std::vector<Opening> cases{
        {"02:00-04:00", day, day + 2h},
        {"02:00-04:00", day + 2h - 1s, day + 2h},
        {"02:00-04:00", day + 2h, day + 26h}, // it is open; the next time
        {"02:00-04:00", day + 3h + 17s, day + 26h},
        {"02:00-04:00", day + 4h, day + 26h},
        {"23:00-01:00", day + 30min, day + 23h},
        {"00:00-23:59", day + 12h, day + 24h},
    };
    for (const auto& [text, now, next] : cases)
        EXPECT_EQ(next_opening(window(text), now), next) << text << ' ' << (now - day).count();
}

TEST(Window, OpensWhenSummerTimeSkipsItsBegin) {
    const TimeZone zone(berlin);
    const sys_seconds midnight = sys_seconds(sys_days(2026y / 3 / 28)) + 23h; // local time of the 29th
    const sys_seconds change = midnight + 2h;                                 // 02:00 becomes 03:00
    EXPECT_EQ(next_opening(window("02:30-04:00"), midnight), change);
    EXPECT_TRUE(is_open(window("02:30-04:00"), change));
    EXPECT_EQ(next_opening(window("03:00-04:00"), midnight), change);
    EXPECT_EQ(next_opening(window("01:30-03:30"), midnight), midnight + 1h + 30min);
    EXPECT_FALSE(is_open(window("01:30-03:30"), change + 30min));
    // Left out as a whole: on the next day, at 02:10 of the summer time.
    EXPECT_EQ(next_opening(window("02:10-02:50"), midnight), change + 23h + 10min);
}

TEST(Window, OpensTwiceWhenWinterTimeRepeatsIt) {
    const TimeZone zone(berlin);
    const sys_seconds midnight = sys_seconds(sys_days(2026y / 10 / 24)) + 22h; // local time of the 25th
    const Window repeated = window("02:10-02:50");
    EXPECT_EQ(next_opening(repeated, midnight), midnight + 2h + 10min);
    EXPECT_EQ(next_opening(repeated, midnight + 2h + 10min), midnight + 3h + 10min);
    EXPECT_EQ(next_opening(window("01:00-05:00"), midnight), midnight + 1h);
    EXPECT_TRUE(is_open(window("01:00-05:00"), midnight + 5h)); // 04:00
}

} // namespace
} // namespace bgs2::policy
