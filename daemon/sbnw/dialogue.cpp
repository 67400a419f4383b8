// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/dialogue.h"

#include "daemon/base/error.h"
#include "daemon/sbnw/public_part.h"
#include "daemon/sbnw/result.h"
#include "daemon/sbnw/store_list.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace bgs2::sbnw {
namespace {

/// Bytes a second at 9600 Bd: the slowest line that is practical.
constexpr std::size_t slowest_rate = 960;

using Clock = at::Channel::Clock;

/// Reads the OK that follows a result line, also of a failure, so that it is not taken for the answer to the
/// next command. Its absence proves nothing: only reading the slots back does.
asio::awaitable<void> take_final(at::Channel& channel, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    try {
        while (!at::is_final(co_await channel.line(deadline - Clock::now()))) {
        }
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::modem_timeout)
            throw;
        channel.expect_late_final();
    }
}

Exception ended_without_result(std::string_view line) {
    return Exception(Error{ErrorCode::modem_rejected,
                           fmt::format("the modem answered '{}' without confirming the command", line),
                           "read its slots to see what it holds"});
}

/// Returns the refusal of a module that does not know the command; nothing once it is ready. Throws all other
/// refusals.
asio::awaitable<std::optional<Refusal>> wait_until_ready(at::Channel& channel, Deadlines deadlines) {
    const auto deadline = Clock::now() + deadlines.ready;
    for (;;) {
        const std::string line = co_await channel.line(deadline - Clock::now());
        if (line.starts_with("SECURE CMD READY"))
            co_return std::nullopt;
        if (const auto result = parse_result(line)) {
            if (*result == Result::command_unknown)
                co_return Refusal(*result, line);
            if (!at::is_final(line))
                co_await take_final(channel, deadlines.final);
            throw Refusal(*result, line);
        }
        if (at::is_final(line) && !channel.is_late_final(line))
            throw ended_without_result(line);
        // CONNECT, and what a family may add
    }
}

/// Sends the command and returns once the module is ready for the frame. A module that is busy can refuse a
/// command that it knows: only the second refusal counts.
asio::awaitable<void> open(at::Channel& channel, std::string command, Deadlines deadlines) {
    co_await channel.send_line(command);
    if (!co_await wait_until_ready(channel, deadlines))
        co_return;
    co_await channel.send_line(std::move(command));
    if (const auto refusal = co_await wait_until_ready(channel, deadlines))
        throw Refusal(*refusal);
}

asio::awaitable<void> wait_until_stored(at::Channel& channel, Deadlines deadlines) {
    const auto deadline = Clock::now() + deadlines.result;
    for (;;) {
        const std::string line = co_await channel.line(deadline - Clock::now());
        const auto result = parse_result(line);
        if (result == Result::command_unknown)
            throw Refusal(Result::refused, line); // the command is supported: the module asked for the frame
        if (result && !at::is_final(line))
            co_await take_final(channel, deadlines.final);
        if (result == Result::stored)
            co_return;
        if (result)
            throw Refusal(*result, line);
        if (at::is_final(line) && !channel.is_late_final(line))
            throw ended_without_result(line);
    }
}

/// The stores that the firmware reports; none if it reports none.
asio::awaitable<std::vector<std::string>> ask_for_stores(at::Channel& channel, Deadlines deadlines) {
    try {
        const at::Answer answer = co_await channel.command("AT^SBNW=?", deadlines.stores);
        if (answer.ok())
            co_return parse_store_list(answer.lines);
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::modem_timeout)
            throw;
    }
    co_return std::vector<std::string>();
}

} // namespace

asio::awaitable<void> push(at::Channel& channel, std::string store, const pki::Secret& frame,
                           at::Channel::Progress progress, Deadlines deadlines) {
    // A module that asked for a frame takes all input for it, and processes nothing else while storing it.
    const auto whole = channel.uninterrupted();
    co_await open(channel, fmt::format("AT^SBNW={},1", store), deadlines);
    const auto sending = std::chrono::seconds(5 + frame.size() / slowest_rate);
    std::vector<at::Extent> shown = public_part(frame.bytes());
    co_await channel.send_bytes(frame.bytes(), sending, std::move(progress), std::move(shown));
    co_await wait_until_stored(channel, deadlines);
}

asio::awaitable<Slots> read_slots(at::Channel& channel, std::string store, Deadlines deadlines) {
    const std::string command = fmt::format("AT^SBNR=\"{}\"", store);
    const auto is_list = [](const at::Answer& given) { return parse_slots(given.lines).has_value(); };
    at::Answer answer = co_await channel.command(command, deadlines.slots, is_list);
    if (at::is_unknown(answer.result) || (answer.ok() && !is_list(answer))) // as in open()
        answer = co_await channel.command(command, deadlines.slots, is_list);
    if (answer.ok()) {
        auto slots = parse_slots(answer.lines);
        if (!slots)
            throw Refusal(Result::temporary, std::move(slots.error()));
        co_return std::move(*slots);
    }
    if (!at::is_unknown(answer.result))
        throw Refusal(Result::temporary, answer.result);
    const std::vector<std::string> known = co_await ask_for_stores(channel, deadlines);
    throw Exception(
        Error{ErrorCode::not_supported,
              fmt::format("cannot read the slots of '{}': the modem answered '{}'", store, answer.result),
              hint_without_slots(store, known)});
}

} // namespace bgs2::sbnw
