// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/faults.h"

#include "tests/sim/slots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace bgs2::sim {
namespace {

enum class Argument : std::uint8_t {
    none,
    optional_text,
    number,
    slot,
    slot_pair,
    choice,
    refusal,
    identity
};

struct Row {
    FaultKind kind;
    std::string_view name;
    Argument argument;
    std::string_view shown; ///< the argument in --help
    std::string_view effect;
    std::string_view choices{}; ///< the valid arguments, separated by blanks
};

constexpr auto rows = std::to_array<Row>({
    {FaultKind::length_error, "length-error", Argument::none, "",
     "a frame is answered SECURE CMD LENGTH ERROR, OK"},
    {FaultKind::too_many_data, "too-many-data", Argument::none, "", "... SECURE CMD TOO MANY DATA ERROR, OK"},
    {FaultKind::to_many_data, "to-many-data", Argument::none, "", "... SECURE CMD TO MANY DATA ERROR, OK"},
    {FaultKind::certificate_corrupted, "certificate-corrupted", Argument::none, "",
     "... SECURE CMD PUBLIC CERTIFICATE IS CORRUPTED, OK"},
    {FaultKind::key_removed, "key-removed", Argument::none, "", "... SECURE CMD PRIVATE KEY WAS REMOVED, OK"},
    {FaultKind::service_timeout, "service-timeout", Argument::none, "",
     "... SECURE CMD SERVICE TIMEOUT ERROR, OK"},
    {FaultKind::secure_error, "secure-error", Argument::none, "", "... SECURE CMD ERROR, OK"},
    {FaultKind::not_stored, "not-stored", Argument::none, "",
     "... SECURE CMD END OK, OK, but nothing is stored"},
    {FaultKind::key_dropped, "key-dropped", Argument::none, "",
     "a certificate is stored without its key, and answered SECURE CMD PRIVATE KEY WAS REMOVED, OK"},
    {FaultKind::half_stored, "half-stored", Argument::choice, ":HOW",
     "a certificate is stored without its key: end-ok, timeout, error, ok (the answer), off (no power)",
     "end-ok timeout error ok off"},
    {FaultKind::no_ok, "no-ok", Argument::none, "", "no OK follows the result of a frame, END OK included"},
    {FaultKind::late_ok, "late-ok", Argument::number, ":N",
     "the OK after the result of a frame comes before the answer to the Nth command after it"},
    {FaultKind::no_result, "no-result", Argument::none, "", "a frame is executed, but never answered"},
    {FaultKind::restart_in_frame, "restart-in-frame", Argument::number, ":N",
     "the module restarts after N received bytes of a frame; the rest are commands"},
    {FaultKind::error, "error", Argument::optional_text, "[:COMMAND]",
     "commands that begin with COMMAND are answered ERROR. Default: AT^SBNW=is_cert"},
    {FaultKind::cme_error, "cme-error", Argument::optional_text, "[:WORDS]",
     "AT^SBNW=... is answered +CME ERROR: WORDS. Default: operation not supported"},
    {FaultKind::refusal, "refusal", Argument::refusal, ":COMMAND=WORDS",
     "commands that begin with COMMAND are answered +CME ERROR: WORDS"},
    {FaultKind::locked, "locked", Argument::none, "", "commands are answered ERROR, AT included"},
    {FaultKind::silence, "silence", Argument::none, "", "commands are not answered"},
    {FaultKind::deaf, "deaf", Argument::number, ":N",
     "the first N commands are not received, as before autobauding"},
    {FaultKind::half_line, "half-line", Argument::none, "",
     "half of the first line of an answer, then permanent silence"},
    {FaultKind::garbage, "garbage", Argument::none, "",
     "binary bytes before and between the lines of an answer"},
    {FaultKind::data_mode, "data-mode", Argument::none, "", "a command is answered with a frame of PPP"},
    {FaultKind::cmux, "cmux", Argument::none, "", "a command is answered with a frame of the multiplexer"},
    {FaultKind::shutdown, "shutdown", Argument::optional_text, "[:COMMAND]",
     "after the answer to COMMAND: ^SHUTDOWN, then permanent silence. Default: any command"},
    {FaultKind::urc_before, "urc-before", Argument::optional_text, "[:COMMAND]",
     "all unsolicited lines before an answer. Default: to any command; FRAME: the result of a frame"},
    {FaultKind::urc_within, "urc-within", Argument::optional_text, "[:COMMAND]",
     "... between the lines of an answer; CONNECT and READY are one"},
    {FaultKind::urc_after, "urc-after", Argument::optional_text, "[:COMMAND]", "... after an answer"},
    {FaultKind::hang_up, "hang-up", Argument::number, ":N",
     "the line hangs up after N received bytes, and bgs2sim exits"},
    {FaultKind::hang_up_in_frame, "hang-up-in-frame", Argument::number, ":N",
     "... after N received bytes of a frame"},
    {FaultKind::stall, "stall", Argument::number, ":N", "no byte is received after the first N"},
    {FaultKind::readback_slot, "readback-slot", Argument::slot_pair, ":A=B",
     "slot A reads back the content of slot B"},
    {FaultKind::corrupt_slot, "corrupt-slot", Argument::slot, ":N",
     "slot N reads back 'certificate is corrupted'"},
    {FaultKind::old_expiry, "old-expiry", Argument::none, "", "expiry dates as YY/MM/DD HH:MM:SS"},
    {FaultKind::labels, "labels", Argument::choice, ":HOW",
     "AT^SBNR without some labels (missing), without all (bare), without quotes (unquoted)",
     "missing bare unquoted"},
    {FaultKind::thumbprint, "thumbprint", Argument::choice, ":HOW",
     "AT^SBNR with colons in it (colons), with sha256, without its algorithm (unnamed), without it (none)",
     "colons sha256 unnamed none"},
    {FaultKind::bare_corrupt_slot, "bare-corrupt-slot", Argument::slot, ":N",
     "like corrupt-slot, without '^SBNR:'"},
    {FaultKind::unreadable_row, "unreadable-row", Argument::slot, ":N",
     "slot N reads back text without a known label"},
    {FaultKind::missing_row, "missing-row", Argument::slot, ":N", "AT^SBNR without the line of slot N"},
    {FaultKind::cut_row, "cut-row", Argument::slot, ":N", "AT^SBNR ends within the line of slot N, then OK"},
    {FaultKind::no_rows, "no-rows", Argument::none, "", "AT^SBNR is answered OK, without a line"},
    {FaultKind::no_is_cert, "no-is-cert", Argument::none, "", "the firmware does not support is_cert"},
    {FaultKind::identity, "identity", Argument::identity, ":WHO",
     "not a Cinterion: 'arduino' (no AT commands), 'quectel', or a manufacturer"},
});

// One row for each kind, in the order of the kinds: row() relies on it.
static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows.at(i).kind != static_cast<FaultKind>(i))
            return false;
    }
    return rows.size() == static_cast<std::size_t>(last_fault_kind) + 1;
}());

const Row& row(FaultKind kind) {
    return rows.at(static_cast<std::size_t>(kind));
}

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto parsed = std::from_chars(begin, end, value);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end)
        return std::nullopt;
    return value;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        words.push_back(text.substr(0, text.find(' ')));
        text.remove_prefix(std::min(words.back().size() + 1, text.size()));
    }
    return words;
}

bool is_slot(std::string_view text) {
    const auto value = number(text);
    return value && *value <= last_slot;
}

// The error in the argument; empty if it is valid.
std::string argument_fault(const Row& fault, std::string_view text) {
    const auto equals = text.find('=');
    switch (fault.argument) {
    case Argument::none:
        return text.empty() ? "" : "takes no argument";
    case Argument::identity:
        return text.empty() ? "requires an argument" : "";
    case Argument::optional_text:
        return "";
    case Argument::number:
        return number(text) ? "" : "requires a number, such as NAME:12";
    case Argument::slot:
        return is_slot(text) ? "" : fmt::format("requires a slot from 0 to {}", last_slot);
    case Argument::slot_pair:
        return equals != std::string_view::npos && is_slot(text.substr(0, equals)) &&
                       is_slot(text.substr(equals + 1))
                   ? ""
                   : fmt::format("requires two slots from 0 to {}, such as NAME:1=2", last_slot);
    case Argument::choice: {
        const auto words = words_of(fault.choices);
        return std::ranges::find(words, text) != words.end()
                   ? ""
                   : fmt::format("requires one of {}", fmt::join(words, ", "));
    }
    case Argument::refusal:
        return equals != std::string_view::npos ? ""
                                                : "requires a command and words, such as NAME:AT+CGSN=busy";
    }
    std::unreachable(); // -Wswitch reports a missing case
}

bool begins_with(std::string_view command, std::string_view beginning) {
    std::string bare;
    for (const char c : command)
        if (c != '"')
            bare += c;
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return bare.size() >= beginning.size() &&
           std::ranges::equal(std::string_view(bare).substr(0, beginning.size()), beginning, {}, lower,
                              lower);
}

} // namespace

std::string_view name(FaultKind kind) {
    return row(kind).name;
}

std::expected<Fault, std::string> parse_fault(std::string_view text) {
    const auto comma = text.find(',');
    const auto head = text.substr(0, comma);
    const auto colon = head.find(':');
    const auto* found = std::ranges::find(rows, head.substr(0, colon), &Row::name);
    if (found == rows.end()) {
        std::vector<std::string_view> names;
        std::ranges::transform(rows, std::back_inserter(names), &Row::name);
        return std::unexpected(
            fmt::format("unknown fault '{}'; valid are {}", head.substr(0, colon), fmt::join(names, ", ")));
    }

    Fault fault{.kind = found->kind, .argument = {}, .after = 0, .times = std::nullopt};
    if (colon != std::string_view::npos)
        fault.argument = head.substr(colon + 1);
    else if (found->kind == FaultKind::error)
        fault.argument = "AT^SBNW=is_cert";
    if (const auto wrong = argument_fault(*found, fault.argument); !wrong.empty())
        return std::unexpected(fmt::format("the fault '{}' {}", found->name, wrong));

    auto limits = comma == std::string_view::npos ? std::string_view() : text.substr(comma);
    while (!limits.empty()) {
        limits.remove_prefix(1);
        const auto limit = limits.substr(0, limits.find(','));
        limits.remove_prefix(limit.size());
        const auto equals = limit.find('=');
        const auto value = equals == std::string_view::npos ? std::nullopt : number(limit.substr(equals + 1));
        if (value && limit.starts_with("after="))
            fault.after = *value;
        else if (value && limit.starts_with("times="))
            fault.times = value;
        else
            return std::unexpected(
                fmt::format("invalid limit '{}' of a fault; write after=N or times=N", limit));
    }
    return fault;
}

unsigned number_argument(const Fault& fault) {
    const auto value = number(fault.argument);
    if (!value)
        throw std::logic_error(fmt::format("the fault '{}' has no number", name(fault.kind)));
    return *value;
}

SlotPair slots_argument(const Fault& fault) {
    const std::string_view text = fault.argument;
    const auto requested = number(text.substr(0, text.find('=')));
    const auto shown = number(text.substr(text.find('=') + 1));
    if (!requested || !shown)
        throw std::logic_error(fmt::format("the fault '{}' has no slots", name(fault.kind)));
    return {.requested = *requested, .shown = *shown};
}

RefusedCommand refusal_argument(const Fault& fault) {
    const auto equals = fault.argument.rfind('=');
    if (equals == std::string::npos)
        throw std::logic_error(fmt::format("the fault '{}' has no words", name(fault.kind)));
    return {.command = fault.argument.substr(0, equals), .words = fault.argument.substr(equals + 1)};
}

std::string faults_help() {
    std::string text =
        "Faults: --fault NAME[:ARGUMENT][,after=N][,times=N], can be repeated. A fault occurs at every "
        "frame,\n"
        "command or answer that it applies to, or only after the first N of them, or only N times. With the\n"
        "first seven, a frame is read and answered as shown, and not stored.\n";
    for (const auto& entry : rows)
        text += fmt::format("  {:<24}{}\n", fmt::format("{}{}", entry.name, entry.shown), entry.effect);
    return text;
}

Faults::Faults(const std::vector<Fault>& faults, Log* log)
  : log_(log) {
    for (const auto& fault : faults)
        faults_.push_back({.fault = fault, .occasions = 0});
}

std::vector<Fault> Faults::trigger(FaultKind kind, std::string_view command) {
    std::vector<Fault> triggered;
    for (auto& [fault, occasions] : faults_) {
        if (fault.kind != kind)
            continue;
        const auto beginning = kind == FaultKind::refusal ? refusal_argument(fault).command : fault.argument;
        if (!command.empty() && !begins_with(command, beginning))
            continue;
        const auto nth = occasions++;
        if (nth >= fault.after && (!fault.times || nth - fault.after < *fault.times))
            triggered.push_back(fault);
    }
    if (log_ != nullptr) {
        for (const auto& fault : triggered)
            log_->write("fault", fault.argument.empty() ? std::string(name(kind))
                                                        : fmt::format("{}:{}", name(kind), fault.argument));
    }
    return triggered;
}

} // namespace bgs2::sim
