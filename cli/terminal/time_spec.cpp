// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/time_spec.h"

#include "daemon/policy/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace bgs2::cli {
namespace {

/// Takes the parts of a time off the front of a text.
class TimeReader {
  public:
    explicit TimeReader(std::string_view text)
      : rest_(text) {}

    /// A number of exactly so many digits, not more than `highest`.
    unsigned number(std::size_t digits, unsigned highest) {
        unsigned value = 0;
        const auto part = rest_.substr(0, digits);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        good_ = good_ && error == std::errc() && end == part.data() + digits && value <= highest;
        rest_.remove_prefix(part.size());
        return value;
    }

    /// One of the characters.
    void mark(std::string_view characters) { good_ = take(characters) && good_; }
    bool take(std::string_view characters) {
        const bool there = !rest_.empty() && characters.contains(rest_.front());
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool good() const { return good_; }

  private:
    std::string_view rest_;
    bool good_ = true;
};

std::optional<std::chrono::sys_seconds> read_time(std::string_view text) {
    TimeReader reader(text);
    const std::chrono::year year(static_cast<int>(reader.number(4, 9999)));
    reader.mark("-");
    const std::chrono::month month(reader.number(2, 12));
    reader.mark("-");
    const std::chrono::day day(reader.number(2, 31));
    std::chrono::seconds clock{0};
    if (!reader.at_end()) {
        reader.mark(" T");
        clock += std::chrono::hours(reader.number(2, 23));
        reader.mark(":");
        clock += std::chrono::minutes(reader.number(2, 59));
        if (reader.take(":"))
            clock += std::chrono::seconds(reader.number(2, 59));
        reader.take("Z");
    }
    const std::chrono::year_month_day date(year, month, day);
    if (!reader.good() || !reader.at_end() || !date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date) + clock;
}

} // namespace

Expected<std::chrono::sys_seconds> time_spec(std::string_view text, std::chrono::sys_seconds now) {
    if (const auto age = policy::parse_duration(text))
        return std::chrono::floor<std::chrono::seconds>(now - *age);
    if (const auto time = read_time(text))
        return *time;
    return fail(
        ErrorCode::invalid_argument, fmt::format("'{}' is not a time", text),
        "give a day such as 2026-11-20, a time such as \"2026-11-20 12:00\" (UTC), or an age: 2h, 3d");
}

} // namespace bgs2::cli
