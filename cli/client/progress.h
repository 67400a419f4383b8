// SPDX-License-Identifier: Apache-2.0
// How far a job is, on one line of a terminal. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace bgs2::cli {

struct Progress {
    std::string step = "waiting";
    double fraction = 0;     ///< 0 to 1
    std::uint64_t sent = 0;  ///< bytes
    std::uint64_t total = 0; ///< 0: not known yet

    bool operator==(const Progress&) const = default;
};

/// "writing slot 0 [#######-------]  52%  1000/1925 B  11.2 kB/s", in at most `width` columns: where that is
/// too narrow the rate is left out, then the bytes, the bar, the percentage. `rate` in bytes a second. No
/// bar until the bytes to send are known.
std::string progress_line(const Progress& progress, std::optional<double> rate, std::size_t width);

/// How fast a job sends. Only the time in which it does counts, not that of reading and waiting.
class Pace {
  public:
    using Clock = std::chrono::steady_clock;

    /// The job is that far at this time. To be told in order.
    void note(const Progress& progress, Clock::time_point now);

    /// Bytes a second; nothing before there is enough to go by.
    [[nodiscard]] std::optional<double> rate() const;

  private:
    std::optional<Clock::time_point> sending_since_;
    Clock::duration sending_{0};
    std::uint64_t sent_ = 0;
};

} // namespace bgs2::cli
