// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/profile.h"

#include "daemon/at/answer.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;

constexpr auto restore_timeout = 1s;
/// Without a result, the command has to leave the kernel before the port is closed: 12 bytes at 1200 Bd.
constexpr auto quiet_timeout = 200ms;

/// Sends a command whose result may be a number, or missing.
asio::awaitable<void> send(Channel& channel, std::string command, std::chrono::milliseconds timeout) {
    const auto deadline = Channel::Clock::now() + timeout;
    try {
        co_await channel.send_line(std::move(command));
        for (std::string line; !is_final(line) && line != "0" && line != "4";)
            line = co_await channel.line(deadline - Channel::Clock::now());
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::modem_timeout)
            throw;
    }
}

} // namespace

asio::awaitable<void> restore(Channel& channel, FoundProfile found) {
    if (found.error_format && *found.error_format != verbose_errors)
        co_await send(channel, fmt::format("AT+CMEE={}", *found.error_format), restore_timeout);
    std::string command =
        fmt::format("AT{}{}{}", found.echo ? "E1" : "", found.numeric ? "V0" : "", found.quiet ? "Q1" : "");
    if (command != "AT")
        co_await send(channel, std::move(command), found.quiet ? quiet_timeout : restore_timeout);
}

} // namespace bgs2::at
