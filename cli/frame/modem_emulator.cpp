// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/modem_emulator.h"

#include "cli/frame/frame_fault.h"
#include "daemon/base/counted.h"
#include "daemon/base/slot_address.h"
#include "daemon/sbnw/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::size_t longest_line = 512;
/// The longest frame with the LF of the command line before it and a line end after it.
constexpr std::size_t room = max_frame_size + 3;

constexpr std::byte cr{'\r'};
constexpr std::byte lf{'\n'};

struct Reply {
    std::string_view command; ///< without AT, in upper case
    std::string_view lines;   ///< before the OK
};

/// protocol.md §5.
constexpr std::array replies{
    Reply{"", ""},
    Reply{"I", "Cinterion\r\nBGS2-W\r\nREVISION 01.301"},
    Reply{"I0", "Cinterion\r\nBGS2-W\r\nREVISION 01.301"},
    Reply{"I1", "Cinterion\r\nBGS2-W\r\nREVISION 01.301\r\nA-REVISION 01.000.00"},
    Reply{"+CGMI", "Cinterion"},
    Reply{"+GMI", "Cinterion"},
    Reply{"+CGMM", "BGS2-W"},
    Reply{"+GMM", "BGS2-W"},
    Reply{"+CGMR", "REVISION 01.301"},
    Reply{"+GMR", "REVISION 01.301"},
    Reply{"+CGSN=?", ""},
    Reply{"+CPIN?", "+CPIN: READY"},
    Reply{"+CREG?", "+CREG: 0,1"},
    Reply{"+CFUN?", "+CFUN: 1"},
    Reply{"+IPR?", "+IPR: 115200"},
    Reply{"+CCLK?", R"(+CCLK: "02/01/01,00:00:00")"},
    Reply{"^SBNW=?", R"(^SBNW: ("agps","ciphersuites","is_cert","management_cert","preconfig_cert"),(1))"},
};

/// Commands for settings that have no effect here.
constexpr std::array<std::string_view, 18> settings{
    "Z",     "&F",    "&W",    "V1",    "Q0",     "X",      "&C",     "&D",     "&K",
    R"(\Q)", "+IPR=", "+IFC=", "+ICF=", "+CCLK=", "+CREG=", "+CFUN=", "^SCFG=", "^SIND="};

constexpr std::array<std::string_view, 4> stores{"is_cert", "management_cert", "preconfig_cert", "omadm"};

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::toupper(c); });
    return result;
}

std::string with_ok(std::string_view lines) {
    return lines.empty() ? "\r\nOK\r\n" : fmt::format("\r\n{}\r\n\r\nOK\r\n", lines);
}

std::string empty_slots() {
    std::string lines;
    for (unsigned slot = 0; slot <= highest_bgs2_slot; ++slot)
        lines +=
            fmt::format("{}^SBNR: {}, size: \"0\", issuer: \"\", serial number: \"\", subject: \"\", "
                        "signature: \"\", thumbprint algorithm: \"\", thumbprint: \"\", expiry date: \"\"",
                        slot == 0 ? "" : "\r\n", slot);
    return lines;
}

std::string_view unquoted(std::string_view text) {
    const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// The module's result for a frame (protocol.md §2, Result lines).
std::string_view result_line(ByteView frame, bool valid) {
    if (valid)
        return "SECURE CMD END OK";
    if (frame.size() < 2)
        return "SECURE CMD SERVICE TIMEOUT ERROR";
    const std::size_t total = sbnw::announced_length(frame);
    if (total < frame_header_size || total == frame.size())
        return "SECURE CMD LENGTH ERROR";
    return total > frame.size() ? "SECURE CMD SERVICE TIMEOUT ERROR" : "SECURE CMD TOO MANY DATA ERROR";
}

} // namespace

ModemEmulator::ModemEmulator(std::string imei)
  : imei_(std::move(imei)) {}

std::string ModemEmulator::feed(ByteView bytes) {
    std::string said;
    while (!bytes.empty()) {
        if (in_frame_) {
            feed_frame(bytes);
            break;
        }
        said += feed_command(bytes.front());
        bytes = bytes.subspan(1);
        // A LF that arrives with its CR is not part of the frame: no program has seen READY yet.
        if (in_frame_ && !bytes.empty() && bytes.front() == lf) {
            bytes = bytes.subspan(1);
            line_is_over_ = true;
        }
    }
    return said;
}

std::string ModemEmulator::feed_command(std::byte byte) {
    if (byte != lf && after_cr_)
        line_end_ = LineEnd::cr;
    else if (byte == lf && after_cr_)
        line_end_ = LineEnd::cr_lf;
    after_cr_ = byte == cr;
    std::string said;
    if (echo_)
        said += static_cast<char>(byte);
    if (byte == lf)
        return said;
    if (byte != cr) {
        if (line_.size() < longest_line)
            line_ += static_cast<char>(byte);
        return said;
    }
    const std::string line = std::exchange(line_, {});
    const std::size_t begin = upper(line).find("AT"); // noise may precede it
    if (begin != std::string::npos)
        said += answer(std::string_view(line).substr(begin + 2));
    return said;
}

std::string ModemEmulator::answer(std::string_view command) {
    command = command.substr(0, command.find_last_not_of(' ') + 1);
    const std::string word = upper(command);
    if (word.starts_with("^SBNW=") && word != "^SBNW=?")
        return begin_frame(command.substr(6));
    if (word == "E0" || word == "E" || word == "E1") {
        echo_ = word == "E1";
        return with_ok("");
    }
    if (word.starts_with("+CMEE=") && word.size() == 7 && word[6] >= '0' && word[6] <= '2') {
        error_report_ = word[6] - '0';
        return with_ok("");
    }
    return answer_query(word);
}

std::string ModemEmulator::answer_query(std::string_view command) {
    if (command == "+CGSN" || command == "+GSN")
        return with_ok(imei_);
    if (command.starts_with("^SBNR=")) {
        const std::string store = upper(unquoted(command.substr(6)));
        const bool known =
            std::ranges::any_of(stores, [&](std::string_view name) { return upper(name) == store; });
        return known ? with_ok(empty_slots()) : refusal();
    }
    if (const auto* reply = std::ranges::find(replies, command, &Reply::command); reply != replies.end())
        return with_ok(reply->lines);
    const bool harmless =
        std::ranges::any_of(settings, [&](std::string_view setting) { return command.starts_with(setting); });
    return harmless ? with_ok("") : refusal();
}

std::string ModemEmulator::begin_frame(std::string_view arguments) {
    const std::size_t comma = arguments.find(',');
    const std::string_view store = unquoted(arguments.substr(0, comma));
    if (comma == std::string_view::npos || arguments.substr(comma + 1) != "1" ||
        std::ranges::find(stores, store) == stores.end())
        return refusal();
    in_frame_ = true;
    line_is_over_ = false;
    store_ = store;
    frame_ = pki::Secret(room);
    size_ = 0;
    dropped_ = 0;
    return "\r\nCONNECT\r\n\r\nSECURE CMD READY: SEND COMMAND ...\r\n";
}

std::string ModemEmulator::refusal() const {
    constexpr std::array<std::string_view, 3> words{"ERROR", "+CME ERROR: 100", "+CME ERROR: unknown"};
    return fmt::format("\r\n{}\r\n", words.at(static_cast<std::size_t>(error_report_)));
}

void ModemEmulator::feed_frame(ByteView bytes) {
    const std::size_t taken = std::min(bytes.size(), room - size_);
    std::ranges::copy(bytes.first(taken), frame_.bytes().subspan(size_).begin());
    size_ += taken;
    dropped_ += bytes.size() - taken;
}

/// A LF at the beginning is either that of the command line, late, or the low byte of the frame's length.
ByteView ModemEmulator::frame() const {
    const ByteView all = received();
    if (all.empty() || all.front() != lf || line_is_over_ || sbnw::decode(all))
        return all;
    const ByteView rest = all.subspan(1);
    if (sbnw::decode(rest))
        return rest;
    const bool belongs_to_line = line_end_ == LineEnd::cr_lf || rest.empty();
    return belongs_to_line ? rest : all;
}

std::optional<ModemEmulator::Duration> ModemEmulator::quiet_after() const {
    if (!in_frame_)
        return std::nullopt;
    if (dropped_ > 0)
        return Duration{0}; // a program that never stops sending is never quiet
    if (frame().empty())
        return frame_timeout;
    return sbnw::decode(frame()) ? valid_frame_quiet : invalid_frame_quiet;
}

std::string ModemEmulator::quiet() {
    if (!in_frame_)
        return {};
    const ByteView bytes = frame();
    const auto decoded = sbnw::decode(bytes);
    const bool valid = decoded.has_value() && dropped_ == 0;
    const std::string_view result = result_line(bytes, valid);
    if (!bytes.empty()) {
        CaughtFrame caught{.store = store_,
                           .bytes = pki::Secret::copy_of(bytes),
                           .dropped = dropped_,
                           .error = {},
                           .answer = std::string(result)};
        if (dropped_ > 0)
            caught.error = Error{
                ErrorCode::too_much_data, fmt::format("received more than {}", counted(bytes.size(), "byte")),
                fmt::format("send at most {} bytes, the maximum size of a frame", max_frame_size)};
        else if (!decoded)
            caught.error = with_fault(decoded.error(), bytes);
        caught_ = std::move(caught);
    }
    in_frame_ = false;
    after_cr_ = false;
    frame_ = {};
    return fmt::format("\r\n{}\r\n\r\nOK\r\n", result);
}

std::optional<CaughtFrame> ModemEmulator::take_frame() {
    return std::exchange(caught_, std::nullopt);
}

} // namespace bgs2::cli
