// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/output.h"

#include "tests/sim/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace bgs2::sim {
namespace {

// Contains no line end and no letter, so it garbles an answer without forming a line.
constexpr std::string_view garbage("\0\xff\x8a\x1b~\xc3", 6);

// Those of --urc first.
constexpr auto urcs = std::to_array<std::string_view>({
    "+CIEV: signal,3",
    "+CREG: 1",
    "+CIEV: rssi,4",
    "RING",
    "^SYSLOADING",
    "^SYSRESUME",
    "^SSIM READY",
    "+PBREADY",
    "+CGREG: 1,\"0143\",\"83BA\"",
    "+CEREG: 1",
    "+CGEV: NW DETACH",
    "+CTZU: \"26/11/26,12:00:00\",4,0",
    "+CTZE: 4,0,\"26/11/26,12:00:00\"",
    "+CLIP: \"+491701234567\",145,,,,0",
    "+CCWA: \"+491701234567\",145,1",
    "+CRING: VOICE",
    "NO CARRIER",
    "+CMT: ,23\r\n07919471016730518404B91944570806000802112112000004C0F9D905",
    "+CMTI: \"SM\",1",
    "+CDS: 25\r\n07919471016730510681912143658719211211200004192112112000400",
    "+CBM: 88\r\n001000DD001133DAED46ABD56AB5186CD668341A8D46A3D168341A8D46A3",
    "+CUSD: 0,\"Credit 10.00\",15",
    "+CALA: reminder",
    "^SBC: Undervoltage",
    "^SCKS: 1",
    "^SCTM_A: 0",
    "^SCTM_B: 1",
    "^SMGO: 1",
    "^SIS: 0,0,66,\"The peer certificate is not confirmed\"",
    "^SISW: 0,1",
    "^SISR: 0,1",
    "^SUSPEND_NOT_READY",
    "^SSECUA: \"CertStore/TLS/UpdateServerCerts\",1,1",
    "^SNFOTA: act,0,0",
    "^SUSRW: 0,0",
    "^SCPOL: 0,1",
    "^SRADC: 0,1,2047",
    "^SSTN: 37",
    "^SUSMA: \"LPA/Engine/URC\",1",
    "^SRVACT: 1",
    "^SNLWM2M: \"procedure\",\"MODS\",1",
    "^SGPSE: 1",
    "+CEDRXP: 4,\"0010\"",
    "+CCIOTOPTI: 3",
    "+CRTDCP: 0,5,\"hello\"",
    // unknown ones
    "+XYZZY: 1",
    "^SUNKNOWN: 0",
    "+CSCON: 1",
    "^HCSQ: \"LTE\",30",
    "+NEW_1: 490154203237518",
    "^S1: CONNECT",
    "+OK",
    "^ERROR: OK",
    "+QIND: SMS DONE",
    "^SXYZ",
});

/// The results that ATV0 makes a number (V.250 §5.7.1).
constexpr auto numbers = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"OK", "0"}, {"CONNECT", "1"}, {"NO CARRIER", "3"}, {"ERROR", "4"}});

std::string as_urc(std::string_view text) {
    return fmt::format("\r\n{}\r\n", text);
}

} // namespace

std::span<const std::string_view> unsolicited_lines() {
    return urcs;
}

Output::Output(Wire& wire, const Answers& answers, Faults& faults, bool urc, Log& log)
  : wire_(wire)
  , answers_(answers)
  , faults_(faults)
  , urc_(urc)
  , log_(log) {}

asio::awaitable<void> Output::answer(std::string command, std::vector<std::string> lines,
                                     std::string result_line) {
    if (silent_)
        co_return;
    if (faults_.triggered(FaultKind::half_line)) {
        const std::string& first = lines.empty() ? result_line : lines.front();
        const auto text = "\r\n" + first.substr(0, first.size() / 2);
        silent_ = true;
        log_.write("answer", escaped(text));
        co_await wire_.send(bytes_of(text));
        co_return;
    }
    const bool garbled = faults_.triggered(FaultKind::garbage);
    const auto within = all_unsolicited(FaultKind::urc_within, command);
    auto text = all_unsolicited(FaultKind::urc_before, command);
    const auto count = lines.size() + (result_line.empty() ? 0 : 1);
    for (std::size_t i = 0; i < count; ++i) {
        const bool is_result = i == lines.size();
        const auto& line = is_result ? result_line : lines[i];
        log_.write("answer", escaped(line));
        if (garbled)
            text += garbage;
        text += is_result ? result(line) : information(line, i == 0);
        if (i + 1 < count)
            text += within + next_unsolicited();
    }
    text += all_unsolicited(FaultKind::urc_after, command);
    last_ = co_await wire_.send(bytes_of(text));
}

asio::awaitable<void> Output::line(std::string text) {
    return answer("", std::vector(1, std::move(text)), "");
}

asio::awaitable<void> Output::unsolicited() {
    co_await wire_.send(bytes_of(next_unsolicited()));
}

asio::awaitable<void> Output::unsolicited(FaultKind place, std::string command) {
    co_await wire_.send(bytes_of(all_unsolicited(place, command)));
}

std::string Output::next_unsolicited() {
    constexpr std::size_t usual = 4;
    if (!urc_)
        return {};
    const auto text = urcs.at(sent_++ % usual);
    log_.write("urc", escaped(text));
    return as_urc(text);
}

std::string Output::all_unsolicited(FaultKind place, std::string_view command) {
    if (command.empty() || !faults_.triggered(place, command))
        return {};
    std::string text;
    for (const auto line : urcs)
        text += as_urc(line);
    return text;
}

// Information lines follow each other directly; an empty line precedes the result.
std::string Output::information(const std::string& text, bool first) const {
    return (first && answers_.profile().verbose ? "\r\n" : "") + text + "\r\n";
}

std::string Output::result(const std::string& text) const {
    if (answers_.profile().quiet)
        return {};
    if (answers_.profile().verbose)
        return "\r\n" + text + "\r\n";
    const auto* number =
        std::ranges::find(numbers, text, &std::pair<std::string_view, std::string_view>::first);
    return (number == numbers.end() ? text : std::string(number->second)) + "\r";
}

} // namespace bgs2::sim
