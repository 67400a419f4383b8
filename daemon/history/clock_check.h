// SPDX-License-Identifier: Apache-2.0
// Decides whether the system clock is good enough to delete by: a gateway
// without a battery boots in 1970, or in the future.
#pragma once

#include "daemon/history/entry.h"

#include <chrono>
#include <optional>

namespace bgs2::history {

/// Trusts the clock once it has run for a day without being set: a wrong clock is usually set within minutes
/// after the start. The state of the kernel's NTP clock would say more, but the unit forbids adjtimex(2).
class ClockCheck {
  public:
    static constexpr std::chrono::hours required{24};
    static constexpr std::chrono::minutes tolerance{1}; ///< between two observations: slewing and drift

    /// `now` and `uptime` (CLOCK_BOOTTIME) are read at the same time, the latter never decreases.
    bool is_trusted(Time now, std::chrono::milliseconds uptime);

  private:
    std::optional<Time> boot_;                 ///< `now` less `uptime` at the last observation
    std::chrono::milliseconds steady_since_{}; ///< in uptime
};

/// CLOCK_BOOTTIME, which also counts while the machine sleeps.
std::chrono::milliseconds uptime();

} // namespace bgs2::history
