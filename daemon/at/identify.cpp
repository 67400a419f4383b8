// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/identify.h"

#include "daemon/at/line_reader.h"
#include "daemon/at/silence.h"
#include "daemon/base/imei.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;

constexpr auto question_timeout = 5s;
constexpr std::string_view revision_prefix = "REVISION ";

/// Manufacturers of the family (protocol.md §5), in lower case.
constexpr std::array<std::string_view, 5> manufacturers{"cinterion", "siemens", "gemalto", "thales",
                                                        "telit cinterion"};

bool is_family(std::string_view manufacturer) {
    std::string lower(manufacturer);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::any_of(manufacturers, [&](std::string_view name) { return lower.starts_with(name); });
}

/// A module that sleeps does so after some seconds.
constexpr auto sleepless = 1s;
constexpr SyncTimeouts wake_timeouts{.attempts = 12, .interval = 300ms};

enum class Reply {
    none,
    refused, ///< ERROR
    numeric, ///< the number of a result: ATV0
    ok,
    ok_after_others, ///< noise at a wrong rate, or the rest of an answer to another program
};

/// The answer to `AT`, or to the profile, within the timeout.
asio::awaitable<Reply> reply_to(Channel& channel, std::string command, std::chrono::milliseconds timeout) {
    const auto deadline = Channel::Clock::now() + timeout;
    bool others = false;
    bool refused = false;
    try {
        co_await channel.send_line(std::move(command));
        for (;;) {
            const std::string line = co_await channel.line(deadline - Channel::Clock::now());
            if (line == "OK")
                co_return others ? Reply::ok_after_others : Reply::ok;
            if (line == "0")
                co_return Reply::numeric;
            refused = is_final(line) || line == "4";
            others = true;
        }
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::modem_timeout)
            throw;
    }
    co_return refused ? Reply::refused : Reply::none;
}

/// Discards input until the line is quiet for as long as an answer may take. Returns whether there was any.
asio::awaitable<bool> drain(Channel& channel, SyncTimeouts timeouts) {
    const auto deadline = Channel::Clock::now() + timeouts.attempts * timeouts.interval;
    bool any = false;
    try {
        while (Channel::Clock::now() < deadline) {
            co_await channel.line(timeouts.interval);
            any = true;
        }
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::modem_timeout)
            throw;
    }
    co_return any;
}

std::vector<std::string> lines_of(ByteView received) {
    std::vector<std::string> lines;
    LineReader reader;
    reader.feed(received);
    while (auto line = reader.next())
        lines.push_back(std::move(*line));
    return lines;
}

/// Sends AT and the profile in turn until one is answered OK. Throws if none is.
asio::awaitable<FoundProfile> reach(Channel& channel, SyncTimeouts timeouts) {
    FoundProfile found;
    unsigned refusals = 0;
    bool only_echoed = false; // by a module that hears, unlike one that sleeps or detects the rate
    for (unsigned attempt = 0; attempt < timeouts.attempts; ++attempt) {
        if (attempt == timeouts.attempts / 2)
            channel.port().pulse_rts();
        const std::string command = attempt % 2 == 0 ? "AT" : profile_command;
        const Reply reply = co_await reply_to(channel, command, timeouts.interval);
        refusals += reply == Reply::refused ? 1 : 0;
        const auto received = lines_of(channel.received());
        found.echo = found.echo || std::ranges::find(received, command) != received.end();
        if (attempt == 0) {
            const std::size_t echoes = found.echo ? 1 : 0;
            only_echoed = found.echo && received.size() == echoes;
            found.numeric = reply == Reply::numeric && received.size() == echoes + 1;
        }
        if (reply != Reply::ok && reply != Reply::ok_after_others)
            continue;
        // Otherwise the answer to another AT would be taken for the answer to the next command, and so on.
        bool others = reply == Reply::ok_after_others;
        if (attempt > 0 || others)
            others = co_await drain(channel, timeouts) || others;
        found.quiet = only_echoed && attempt == 1 && !others; // no late answer to AT
        co_return found;
    }
    throw Exception(explain_silence(channel.port().node(), channel.received(), refusals > 1));
}

/// The answer to a query. Queries a second time after an error, or an answer without the form, since a module
/// that is busy or just starting refuses single commands.
asio::awaitable<Answer> query(Channel& channel, std::string command, Channel::Form form) {
    Answer answer = co_await channel.command(command, question_timeout, form);
    if (!answer.ok() || !form(answer))
        answer = co_await channel.command(std::move(command), question_timeout, form);
    co_return answer;
}

bool has_lines(const Answer& answer) {
    return !answer.lines.empty();
}

bool has_imei(const Answer& answer) {
    return std::ranges::any_of(answer.lines, is_imei);
}

bool has_identification(const Answer& answer) {
    return !parse_identification(answer.lines).manufacturer.empty();
}

/// The first line of the answer to a query; empty if the module does not support it.
asio::awaitable<std::string> ask(Channel& channel, std::string question) {
    const Answer answer = co_await query(channel, std::move(question), has_lines);
    co_return answer.ok() && !answer.lines.empty() ? answer.lines.front() : std::string();
}

asio::awaitable<std::string> read_imei(Channel& channel) {
    const Answer answer = co_await query(channel, "AT+CGSN", has_imei);
    const auto imei = std::ranges::find_if(answer.lines, is_imei);
    if (imei == answer.lines.end())
        throw Exception(Error{ErrorCode::not_supported,
                              fmt::format("the module on {} does not report its IMEI", channel.port().node()),
                              "query it with AT+CGSN; bgs2d cannot manage a module without an IMEI"});
    co_return *imei;
}

/// Nothing if the module refuses the query, or answers it in another form.
asio::awaitable<std::optional<unsigned>> read_error_format(Channel& channel) {
    constexpr std::string_view prefix = "+CMEE: ";
    const Answer answer = co_await channel.command("AT+CMEE?", question_timeout, has_lines);
    const bool has_form = answer.ok() && answer.lines.size() == 1 &&
                          answer.lines.front().size() == prefix.size() + 1 &&
                          answer.lines.front().starts_with(prefix);
    const char digit = has_form ? answer.lines.front().back() : 'x';
    if (digit < '0' || digit > '2')
        co_return std::nullopt;
    co_return static_cast<unsigned>(digit - '0');
}

} // namespace

asio::awaitable<FoundProfile> synchronise(Channel& channel, SyncTimeouts timeouts) {
    const auto starting = channel.restart_expected();
    channel.reset();
    const FoundProfile found = co_await reach(channel, timeouts);
    const Answer answer = co_await channel.command(profile_command, question_timeout);
    if (!answer.ok()) // it takes no chain of commands
        co_await channel.command("ATE0", question_timeout);
    co_return found;
}

asio::awaitable<void> ensure_awake(Channel& channel) {
    if (channel.quiet_for() >= sleepless)
        co_await reach(channel, wake_timeouts);
}

asio::awaitable<ModuleIdentity> identify(Channel& channel, FoundProfile* found) {
    const Answer identification = co_await query(channel, "ATI1", has_identification);
    ModuleIdentity identity = parse_identification(identification.lines);
    if (!identification.ok() || identity.model.empty() || !is_family(identity.manufacturer)) {
        identity.manufacturer = co_await ask(channel, "AT+CGMI");
        identity.model = co_await ask(channel, "AT+CGMM");
        identity.revision = co_await ask(channel, "AT+CGMR");
        if (identity.revision.starts_with(revision_prefix))
            identity.revision.erase(0, revision_prefix.size());
    }
    if (const std::string name = identity.manufacturer + identity.model; name.find('\\') != std::string::npos)
        throw Exception(Error{ErrorCode::modem_timeout,
                              fmt::format("the answer on {} is garbled: '{}'", channel.port().node(), name),
                              "check the baud rate and the wiring"});
    if (!is_family(identity.manufacturer))
        throw Exception(
            Error{ErrorCode::not_supported,
                  fmt::format("'{} {}' answers on {}", identity.manufacturer, identity.model,
                              channel.port().node()),
                  "remove the port from bgs2d.toml or the udev rule if this is not a Cinterion module"});

    identity.imei = co_await read_imei(channel);
    if (found != nullptr)
        found->error_format = co_await read_error_format(channel);
    // Older firmware may refuse it; errors stay numbers then.
    co_await channel.command(fmt::format("AT+CMEE={}", verbose_errors), question_timeout);
    co_return identity;
}

asio::awaitable<void> require_imei(Channel& channel, std::string imei) {
    co_await ensure_awake(channel);
    std::string present;
    try {
        present = co_await read_imei(channel);
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::not_supported)
            throw;
        // It told its IMEI before: it has to be identified again.
        throw Exception(Error{ErrorCode::device_gone, e.error().what, e.error().hint});
    }
    if (present != imei)
        throw Exception(
            Error{ErrorCode::device_gone,
                  fmt::format("the modem {} is on {} instead of {}", present, channel.port().node(), imei),
                  "nothing to do if the modem was exchanged: bgs2d identifies the other one"});
}

ModuleIdentity parse_identification(std::span<const std::string> lines) {
    ModuleIdentity identity;
    const bool is_known = std::ranges::any_of(lines, is_family);
    for (const std::string_view line : lines) {
        if (line.starts_with(revision_prefix))
            identity.revision = line.substr(revision_prefix.size());
        else if (line.starts_with("A-REVISION") || is_imei(line) ||
                 (identity.manufacturer.empty() && is_known && !is_family(line))) // no part of the answer
            continue;
        else if (identity.manufacturer.empty())
            identity.manufacturer = line;
        else if (identity.model.empty())
            identity.model = line;
    }
    return identity;
}

} // namespace bgs2::at
