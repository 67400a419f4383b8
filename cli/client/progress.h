// SPDX-License-Identifier: Apache-2.0
// The progress of a job on one line of a terminal. Pure.
#pragma once

#include "daemon/base/codes.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace bgs2::cli {

struct Progress {
    std::string step = "waiting";      ///< a sentence
    std::optional<StepCode> step_code; ///< nothing: unknown to this version
    double fraction = 0;               ///< 0 to 1
    std::uint64_t sent = 0;            ///< bytes
    std::uint64_t total = 0;           ///< 0: not yet known

    bool operator==(const Progress&) const = default;
};

/// "writing slot 0 [#######-------]  52%  1000/1925 B  11.2 kB/s", in at most `width` columns: a narrow line
/// omits the rate, then the bytes, the bar, the percentage. `rate` is in bytes per second. There is no bar
/// until `total` is known.
std::string progress_line(const Progress& progress, std::optional<double> rate, std::size_t width);

/// The transfer rate of a job. Counts the time of sending only, not that of reading and waiting.
class Pace {
  public:
    using Clock = std::chrono::steady_clock;

    /// Records the progress at this time. Call in order of time.
    void note(const Progress& progress, Clock::time_point now);

    /// Bytes per second; nothing until enough time was spent on sending.
    [[nodiscard]] std::optional<double> rate() const;

  private:
    std::optional<Clock::time_point> sending_since_;
    Clock::duration sending_{0};
    std::uint64_t sent_ = 0;
};

} // namespace bgs2::cli
