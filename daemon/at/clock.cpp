// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/clock.h"

#include "daemon/at/identify.h"
#include "daemon/base/error.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace bgs2::at {
namespace {

constexpr std::chrono::seconds clock_timeout{5};

} // namespace

std::string clock_text(std::chrono::sys_seconds time) {
    return fmt::format("{:%y/%m/%d,%H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

asio::awaitable<void> set_clock(Channel& channel, std::chrono::sys_seconds time) {
    co_await ensure_awake(channel);
    const Answer answer =
        co_await channel.command(fmt::format("AT+CCLK=\"{}\"", clock_text(time)), clock_timeout);
    if (!answer.ok())
        throw Exception(Error{ErrorCode::modem_rejected,
                              fmt::format("cannot set the modem's clock: it answered '{}'", answer.result),
                              "set require-clock = false in the policy if the firmware has no clock"});
}

} // namespace bgs2::at
