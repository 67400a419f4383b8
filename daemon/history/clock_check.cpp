// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/clock_check.h"

#include <ctime>

namespace bgs2::history {

bool ClockCheck::is_trusted(Time now, std::chrono::milliseconds uptime) {
    const Time boot = now - uptime;
    if (!boot_ || std::chrono::abs(boot - *boot_) > tolerance)
        steady_since_ = uptime;
    boot_ = boot;
    return uptime - steady_since_ >= required;
}

std::chrono::milliseconds uptime() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::seconds(time.tv_sec) +
                                                         std::chrono::nanoseconds(time.tv_nsec));
}

} // namespace bgs2::history
