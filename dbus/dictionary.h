// SPDX-License-Identifier: Apache-2.0
// Values of the dictionaries (a{sv}) on the bus.
#pragma once

#include "dbus/text.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace bgs2::dbus {

using Dictionary = std::map<Text, Value>;

/// Seconds since 1970-01-01 UTC, as all times of the interface are.
template<class Duration>
std::uint64_t seconds(std::chrono::sys_time<Duration> time) {
    return static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

/// Adds a text unless it is empty: unknown values are omitted.
inline void add_known(Dictionary& dictionary, const char* name, const std::string& text) {
    if (!text.empty())
        dictionary.emplace(name, text);
}

} // namespace bgs2::dbus
