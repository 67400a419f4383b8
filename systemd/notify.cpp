// SPDX-License-Identifier: Apache-2.0
#include "systemd/notify.h"

#include "daemon/base/system_error.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <string>

namespace bgs2::systemd {
namespace {

bool notify(const std::string& state) {
    const int result = sd_notify(0, state.c_str());
    if (result < 0)
        throw Exception(system_error(-result, "notify the service manager"));
    return result > 0;
}

// A line feed would begin another assignment: text from a modem must not be able to send READY=1.
std::string status_line(std::string_view text) {
    std::string line = "STATUS=" + std::string(text);
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return line;
}

// The service manager compares it with the time of its reload signal, on the same clock.
std::string monotonic_microseconds() {
    timespec now{};
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        throw Exception(system_error(errno, "read the monotonic clock"));
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

} // namespace

bool ready(std::string_view text) {
    return notify("READY=1\n" + status_line(text));
}

bool reloading() {
    return notify("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

bool stopping() {
    return notify("STOPPING=1");
}

bool watchdog() {
    return notify("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t allowed = 0;
    const int result = sd_watchdog_enabled(0, &allowed);
    if (result < 0)
        throw Exception(system_error(-result, "read WATCHDOG_USEC and WATCHDOG_PID"));
    if (result == 0)
        return std::nullopt;
    return std::chrono::microseconds(allowed / 2);
}

} // namespace bgs2::systemd
