// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/answers.h"

#include "tests/sim/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace bgs2::sim {
namespace {

using namespace std::chrono;

constexpr sys_seconds epoch = sys_days(year(2002) / 1 / 1); // the initial time of the clock

// The numbers of AT+CMEE=1, 3GPP TS 27.007 §9.2.
constexpr auto error_numbers = std::to_array<std::pair<std::string_view, int>>(
    {{"operation not supported", 4}, {"invalid index", 21}, {"unknown", 100}});

// Commands of the scripts of dial-up programs: lines, loudspeaker, result codes.
constexpr auto without_effect = std::to_array<std::string_view>({"&C", "&D", "&K", "&S", "L", "M", "X", " "});

// Removes the digits at the begin, and returns their value; nothing if there are none.
std::optional<unsigned> take_number(std::string_view& text) {
    std::optional<unsigned> number;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
        number = (number.value_or(0) * 10 + static_cast<unsigned>(text.front() - '0')) % 1'000'000;
    return number;
}

// The commands of data calls; nothing for other commands.
std::optional<Answer> call_command(std::string_view command) {
    if (command.starts_with("ATD"))
        return Answer{.lines = {}, .end = Answer::End::dial};
    if (command == "ATO" || command == "ATO0")
        return Answer{.lines = {}, .end = Answer::End::resume};
    if (command == "ATH" || command == "ATH0")
        return Answer{.lines = {}, .end = Answer::End::hang_up};
    return std::nullopt;
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

std::string_view unquoted(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

// The text after `name` and an equals sign; nothing for other commands.
std::optional<std::string_view> arguments_of(std::string_view command, std::string_view name) {
    if (command.size() <= name.size() || upper(command.substr(0, name.size())) != name ||
        command[name.size()] != '=')
        return std::nullopt;
    return command.substr(name.size() + 1);
}

Answer failure(std::string message) {
    return {.lines = {}, .end = Answer::End::error, .message = std::move(message)};
}

Answer unknown() {
    return failure("unknown");
}

// "yy/mm/dd,hh:mm:ss", and a time zone in quarters of an hour, which is checked and ignored.
std::optional<sys_seconds> parse_clock(std::string_view text) {
    constexpr std::string_view pattern = "dd/dd/dd,dd:dd:dd";
    constexpr std::string_view zone = "+dd";
    const auto fits = [](std::string_view part, std::string_view form) {
        return std::ranges::equal(part, form, [](char c, char f) {
            if (f == 'd')
                return c >= '0' && c <= '9';
            return c == f || (f == '+' && c == '-');
        });
    };
    if (!fits(text.substr(0, pattern.size()), pattern))
        return std::nullopt;
    if (text.size() != pattern.size() && !fits(text.substr(pattern.size()), zone))
        return std::nullopt;
    const auto two = [&](std::size_t offset) { return (text[offset] - '0') * 10 + (text[offset + 1] - '0'); };
    const year_month_day date(year(2000 + two(0)), month(static_cast<unsigned>(two(3))),
                              day(static_cast<unsigned>(two(6))));
    if (!date.ok() || two(9) > 23 || two(12) > 59 || two(15) > 59)
        return std::nullopt;
    return sys_days(date) + hours(two(9)) + minutes(two(12)) + seconds(two(15));
}

std::string clock_line(sys_seconds time) {
    const auto midnight = floor<days>(time);
    const year_month_day date(midnight);
    const hh_mm_ss of_day(time - midnight);
    return fmt::format("+CCLK: \"{:02}/{:02}/{:02},{:02}:{:02}:{:02}\"", static_cast<int>(date.year()) % 100,
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       of_day.hours().count(), of_day.minutes().count(), of_day.seconds().count());
}

} // namespace

ModuleIdentity fake_identity(const std::string& device, ModuleIdentity identity) {
    if (device == "arduino") {
        identity.supports_at = false;
    } else if (device == "quectel") {
        identity.manufacturer = "Quectel";
        identity.model = "EC25";
        identity.revision = "EC25EFAR06A01M4G";
    } else {
        identity.manufacturer = device;
    }
    return identity;
}

Answers::Answers(ModuleIdentity identity, Profile stored, bool supports_is_cert)
  : identity_(std::move(identity))
  , stored_(stored)
  , profile_(stored)
  , supports_is_cert_(supports_is_cert)
  , set_to_(epoch) {}

std::string Answers::error_line(const std::string& message, bool always_cme) const {
    if (error_format_ == 0 && !always_cme)
        return "ERROR";
    const auto* known = std::ranges::find(error_numbers, message, &std::pair<std::string_view, int>::first);
    if (error_format_ == 1)
        return fmt::format("+CME ERROR: {}", known == error_numbers.end() ? 100 : known->second);
    return "+CME ERROR: " + message;
}

void Answers::restart() {
    profile_ = stored_;
    error_format_ = 0;
    set_to_ = epoch;
    set_at_.reset();
}

std::optional<Answer> Answers::basic(std::string_view command) {
    if (!command.starts_with("AT"))
        return std::nullopt;
    command.remove_prefix(2);
    auto stored = stored_;
    auto profile = profile_;
    while (!command.empty()) {
        const auto length = std::min<std::size_t>(command.front() == '&' ? 2 : 1, command.size());
        const auto name = command.substr(0, length);
        command.remove_prefix(length);
        const auto value = take_number(command);
        const bool on = value == 1U;
        if (name == "E")
            profile.echo = on;
        else if (name == "V")
            profile.verbose = on;
        else if (name == "Q")
            profile.quiet = on;
        else if (name == "Z")
            profile = stored;
        else if (name == "&F")
            profile = Profile{.echo = true};
        else if (name == "&W")
            stored = profile;
        else if (name == "S" && value && command.starts_with('=')) {
            command.remove_prefix(1);
            if (!take_number(command))
                return std::nullopt;
        } else if (std::ranges::find(without_effect, name) == without_effect.end())
            return std::nullopt;
    }
    stored_ = stored;
    profile_ = profile;
    return Answer{};
}

Answer Answers::answer(std::string_view command, steady_clock::time_point now) {
    if (!set_at_)
        set_at_ = now;
    command = trimmed(command);
    const auto name = upper(command);
    if (auto call = call_command(name))
        return std::move(*call);
    if (auto done = basic(name))
        return std::move(*done);
    if (network_) {
        if (auto answer = network_->answer(name))
            return std::move(*answer);
    }
    if (arguments_of(command, "AT+CGDCONT"))
        return {}; // any access point is right for the peer of a data call
    if (const auto format = arguments_of(command, "AT+CMEE")) {
        if (*format != "0" && *format != "1" && *format != "2")
            return failure("invalid index");
        error_format_ = format->front() - '0';
        return {};
    }
    if (name == "AT+CMEE?")
        return {.lines = {fmt::format("+CMEE: {}", error_format_)}};
    if (name.starts_with("AT+CCLK"))
        return clock(command, now);
    if (const auto arguments = arguments_of(command, "AT^SBNW"))
        return secure_write(*arguments);
    if (arguments_of(command, "AT^SBNR"))
        return readback_store(command) ? Answer{} : failure("operation not supported");
    if (name == "AT^SIND?")
        return {.lines = {fmt::format("^SIND: is_cert,{}", reports_certificates_)}};
    if (const auto arguments = arguments_of(command, "AT^SIND"))
        return indications(*arguments);
    return identify(name);
}

Answer Answers::identify(std::string_view command) const {
    const auto revision = "REVISION " + identity_.revision;
    if (command == "ATI" || command == "ATI0")
        return {.lines = {identity_.manufacturer, identity_.model, revision}};
    if (command == "ATI1")
        return {.lines = {identity_.manufacturer, identity_.model, revision, "A-REVISION 01.000.00"}};
    if (command == "AT+CGMI")
        return {.lines = {identity_.manufacturer}};
    if (command == "AT+CGMM")
        return {.lines = {identity_.model}};
    if (command == "AT+CGMR")
        return {.lines = {revision}};
    if (command == "AT+CGSN")
        return {.lines = {identity_.imei}};
    return unknown();
}

Answer Answers::clock(std::string_view command, steady_clock::time_point now) {
    if (const auto text = arguments_of(command, "AT+CCLK")) {
        const auto time = parse_clock(unquoted(*text));
        if (!time)
            return failure("invalid index");
        set_to_ = *time;
        set_at_ = now;
        return {};
    }
    if (upper(command) == "AT+CCLK?")
        return {.lines = {clock_line(set_to_ + floor<seconds>(now - set_at_.value_or(now)))}};
    return unknown();
}

bool Answers::supports(std::string_view store) const {
    return (store == "is_cert" && supports_is_cert_) || store == "management_cert" ||
           store == "preconfig_cert";
}

Answer Answers::secure_write(std::string_view arguments) const {
    if (arguments == "?") {
        if (!supports_is_cert_)
            return {.lines = {R"(^SBNW: ("agps","ciphersuites"),(1))"}};
        return {.lines = {R"(^SBNW: ("is_cert","management_cert","preconfig_cert"),(1))"}};
    }
    const auto comma = arguments.find(',');
    auto store = lower(unquoted(arguments.substr(0, comma)));
    if (!supports(store))
        return {.lines = {},
                .end = supports_is_cert_ ? Answer::End::error : Answer::End::cme_error,
                .message = "operation not supported"};
    if (comma == std::string_view::npos || trimmed(arguments.substr(comma + 1)) != "1")
        return failure("invalid index");
    return {.lines = {}, .end = Answer::End::connect, .message = {}, .store = std::move(store)};
}

std::optional<std::string> Answers::readback_store(std::string_view command) const {
    const auto arguments = arguments_of(trimmed(command), "AT^SBNR");
    if (!arguments)
        return std::nullopt;
    auto store = lower(unquoted(*arguments));
    if (!supports(store))
        return std::nullopt;
    return store;
}

Answer Answers::indications(std::string_view arguments) {
    const auto comma = arguments.find(',');
    const auto mode =
        comma == std::string_view::npos ? std::string_view() : trimmed(arguments.substr(comma + 1));
    if (lower(unquoted(arguments.substr(0, comma))) != "is_cert" ||
        (mode != "0" && mode != "1" && mode != "2"))
        return failure("invalid index");
    if (mode != "2") // 2 only queries
        reports_certificates_ = mode.front() - '0';
    return {.lines = {fmt::format("^SIND: is_cert,{}", reports_certificates_)}};
}

} // namespace bgs2::sim
