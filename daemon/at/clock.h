// SPDX-License-Identifier: Apache-2.0
// The modem's own clock, with which it checks the validity of
// certificates (protocol.md §6).
#pragma once

#include "daemon/at/channel.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace bgs2::at {

/// The text that AT+CCLK takes, in UTC: "26/11/22,09:05:00".
std::string clock_text(std::chrono::sys_seconds time);

/// Sets the clock. Throws Exception: ModemRejected, and the errors of Channel::command().
asio::awaitable<void> set_clock(Channel& channel, std::chrono::sys_seconds time);

} // namespace bgs2::at
