// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/modem.h"

#include "tests/sim/secure_command.h"
#include "tests/sim/slot_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace bgs2::sim {
namespace {

constexpr std::size_t longest_command = 2048;
constexpr auto line_feed_grace = std::chrono::milliseconds(20);

constexpr std::string_view ready = "SECURE CMD READY: SEND COMMAND ...";

// The name of the result of a frame in the faults of unsolicited lines.
constexpr auto frame_result = "FRAME";

// An LCP configure request (RFC 1662), and an SABM of the multiplexer (3GPP TS 27.010 §5.3.1).
constexpr auto ppp_frame = std::to_array<std::uint8_t>(
    {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x21, 0x7d, 0x21, 0x7d, 0x20, 0x7d, 0x24, 0x5a, 0x3f, 0x7e});
constexpr auto cmux_frame = std::to_array<std::uint8_t>({0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9});

// The faults that replace the result of a frame.
struct FaultyResult {
    FaultKind kind;
    std::string_view line;
};
constexpr auto faulty_results = std::to_array<FaultyResult>({
    {FaultKind::length_error, line(ResultCode::length_error)},
    {FaultKind::too_many_data, "SECURE CMD TOO MANY DATA ERROR"},
    {FaultKind::to_many_data, "SECURE CMD TO MANY DATA ERROR"},
    {FaultKind::certificate_corrupted, line(ResultCode::certificate_corrupted)},
    {FaultKind::key_removed, line(ResultCode::key_removed)},
    {FaultKind::service_timeout, line(ResultCode::service_timeout)},
    {FaultKind::secure_error, line(ResultCode::refused)},
});

// A module ignores bytes before "AT".
std::string_view from_at(std::string_view text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        if (std::toupper(static_cast<unsigned char>(text[i])) == 'A' &&
            std::toupper(static_cast<unsigned char>(text[i + 1])) == 'T')
            return text.substr(i);
    return {};
}

} // namespace

Modem::Modem(Wire& wire, Answers answers, FrameReceiver receiver, SecureService service, Slots slots,
             Faults faults, Behaviour behaviour, Log& log)
  : wire_(wire)
  , answers_(std::move(answers))
  , receiver_(receiver)
  , service_(std::move(service))
  , slots_(std::move(slots))
  , faults_(std::move(faults))
  , behaviour_(std::move(behaviour))
  , log_(log)
  , output_(wire, answers_, faults_, behaviour_.urc, log)
  , data_mode_(wire, output_, log, behaviour_.peer) {
    for (const auto& fault : faults_.trigger(FaultKind::deaf))
        deaf_for_ = number_argument(fault);
}

asio::awaitable<void> Modem::run() {
    if (behaviour_.urc)
        co_await output_.line("^SYSSTART");
    output_.forget_last();
    for (;;) {
        const auto line = co_await next_command();
        if (receives(line))
            co_await obey(std::string(from_at(line.text)));
    }
}

void Modem::swap(const std::string& imei) {
    answers_.set_imei(imei);
    service_.imei = imei;
    slots_ = Slots();
    log_.write("swap", "imei=" + imei);
}

// ---- commands

asio::awaitable<Modem::CommandLine> Modem::next_command() {
    CommandLine line;
    Bytes echo;
    for (;;) {
        auto arrival = wire_.receive_now();
        if (!arrival) {
            co_await wire_.send(std::exchange(echo, {}));
            arrival = co_await wire_.receive();
        }
        const auto c = static_cast<char>(arrival->byte);
        if (std::exchange(line_feed_may_follow_, false) && c == '\n')
            continue;
        if (answers_.profile().echo && !output_.silent() && deaf_for_ == 0)
            echo.push_back(arrival->byte);
        if (c == '\r') {
            line_feed_may_follow_ = true;
            if (line.text.empty())
                continue;
            co_await wire_.send(echo);
            co_return line;
        }
        if (c == '\b' || c == '\x7f') {
            if (!line.text.empty())
                line.text.pop_back();
            continue;
        }
        if (line.text.empty())
            line.began = arrival->when;
        if (line.text.size() < longest_command)
            line.text += c;
    }
}

bool Modem::receives(const CommandLine& line) {
    if (deaf_for_ > 0) {
        --deaf_for_;
        log_.write("lost", "deaf: " + escaped(line.text));
        return false;
    }
    if (const auto answered = output_.last();
        behaviour_.settle.count() > 0 && answered && line.began < *answered + behaviour_.settle) {
        log_.write("lost",
                   fmt::format("{} ms after the last answer: {}",
                               std::chrono::floor<std::chrono::milliseconds>(line.began - *answered).count(),
                               escaped(line.text)));
        return false;
    }
    if (dozes(line)) {
        log_.write("lost", "asleep: " + escaped(line.text));
        return false;
    }
    log_.write("command", escaped(line.text));
    return !output_.silent() && !faults_.triggered(FaultKind::silence);
}

// Each command, also one that is lost, wakes the module.
bool Modem::dozes(const CommandLine& line) {
    const auto last = std::max(heard_, output_.last());
    heard_ = Clock::now();
    return behaviour_.doze.count() > 0 && last && line.began > *last + behaviour_.doze;
}

asio::awaitable<void> Modem::obey(std::string command) {
    if (command.empty())
        co_return;
    if (late_ok_in_ > 0 && --late_ok_in_ == 0)
        co_await output_.answer("", {}, "OK");
    co_await execute(command);
    if (!output_.silent() && faults_.triggered(FaultKind::shutdown, command)) {
        co_await output_.line("^SHUTDOWN");
        output_.fall_silent();
    }
}

asio::awaitable<bool> Modem::answer_by_fault(const std::string& command) {
    if (faults_.triggered(FaultKind::data_mode)) {
        co_await output_.raw(ppp_frame);
        co_return true;
    }
    if (faults_.triggered(FaultKind::cmux)) {
        co_await output_.raw(cmux_frame);
        co_return true;
    }
    if (faults_.triggered(FaultKind::locked) || faults_.triggered(FaultKind::error, command)) {
        co_await output_.answer(command, {}, "ERROR");
        co_return true;
    }
    if (const auto refusals = faults_.trigger(FaultKind::refusal, command); !refusals.empty()) {
        co_await output_.answer(command, {}, "+CME ERROR: " + refusal_argument(refusals.back()).words);
        co_return true;
    }
    co_return false;
}

asio::awaitable<void> Modem::execute(std::string command) {
    if (!answers_.identity().supports_at) {
        co_await output_.line("Unknown command");
        co_return;
    }
    if (co_await answer_by_fault(command))
        co_return;
    auto answer = answers_.answer(command, Clock::now());
    if (answer.end == Answer::End::connect) {
        for (const auto& fault : faults_.trigger(FaultKind::cme_error)) {
            answer.end = Answer::End::cme_error;
            answer.message = fault.argument.empty() ? "operation not supported" : fault.argument;
        }
    }
    switch (answer.end) {
    case Answer::End::ok:
        if (const auto store = answers_.readback_store(command))
            answer.lines = list_slots(*store);
        co_await output_.answer(command, std::move(answer.lines), "OK");
        break;
    case Answer::End::error:
    case Answer::End::cme_error:
        co_await output_.answer(command, {},
                                answers_.error_line(answer.message, answer.end == Answer::End::cme_error));
        break;
    case Answer::End::connect:
        co_await receive_frame(command, answer.store);
        break;
    case Answer::End::dial:
        co_await data_mode_.dial(command);
        break;
    case Answer::End::resume:
        co_await data_mode_.resume(command);
        break;
    case Answer::End::hang_up:
        co_await data_mode_.hang_up(command);
        break;
    }
}

// ---- frames

asio::awaitable<void> Modem::receive_frame(const std::string& command, const std::string& store) {
    co_await skip_line_feed();
    co_await output_.unsolicited(FaultKind::urc_before, command);
    co_await output_.answer("", {}, "CONNECT");
    co_await output_.unsolicited();
    if (const auto early = wire_.discard(); !early.empty())
        log_.write("lost", "before the module was ready: " + escaped(text_of(early)));
    if (output_.silent())
        co_return;
    co_await output_.unsolicited(FaultKind::urc_within, command);
    co_await output_.line(std::string(ready));
    if (output_.silent())
        co_return;
    co_await output_.unsolicited(FaultKind::urc_after, command);

    FrameReceiver receiver = receiver_;
    for (const auto& fault : faults_.trigger(FaultKind::restart_in_frame))
        receiver.stop_after = number_argument(fault);
    const auto frame = co_await receiver.receive(wire_);
    if (receiver.stop_after && frame.bytes.size() == *receiver.stop_after) {
        co_await restart();
        co_return;
    }
    save(frame);
    auto result = result_of(frame, store);
    if (faults_.triggered(FaultKind::no_result))
        co_return;
    co_await report(std::move(result));
}

asio::awaitable<void> Modem::report(FrameResult result) {
    if (result.off)
        throw LineDead("the power failed by a fault");
    if (faults_.triggered(FaultKind::no_ok))
        result.final_line.clear();
    for (const auto& fault : faults_.trigger(FaultKind::late_ok)) {
        result.final_line.clear();
        late_ok_in_ = number_argument(fault);
    }
    std::vector<std::string> lines;
    if (!result.line.empty())
        lines.push_back(std::move(result.line));
    co_await output_.answer(frame_result, std::move(lines), std::move(result.final_line));
}

asio::awaitable<void> Modem::restart() {
    answers_.restart();
    log_.write("restart");
    co_await output_.line("^SYSSTART");
}

// An LF after the CR of the command may still arrive; it must not become the first byte of the frame.
asio::awaitable<void> Modem::skip_line_feed() {
    const auto grace = line_feed_grace + wire_.duration(4);
    const auto arrival = co_await wire_.receive(Clock::now() + grace);
    line_feed_may_follow_ = false;
    if (arrival && arrival->byte != '\n')
        log_.write("lost", fmt::format("before the module was ready: \\x{:02x}", arrival->byte));
}

void Modem::save(const ReceivedFrame& frame) {
    log_.write("frame", fmt::format("{} bytes sha256={} announced={} behind={}", frame.bytes.size(),
                                    hex_lower(sha256(frame.bytes)), frame.announced, frame.excess.size()));
    if (!behaviour_.frames)
        return;
    std::filesystem::path file;
    do {
        file = *behaviour_.frames / fmt::format("{:03}.bin", ++frames_);
    } while (std::filesystem::exists(file)); // keeps frames of earlier runs
    std::ofstream stream(file, std::ios::binary);
    stream << text_of(frame.bytes) << text_of(frame.excess);
    stream.close();
    if (!stream)
        throw std::system_error(errno, std::generic_category(), fmt::format("cannot save {}", file.string()));
    log_.write("saved", file.string());
}

Modem::FrameResult Modem::result_of(const ReceivedFrame& frame, const std::string& store) {
    for (const auto& [kind, faulty_line] : faulty_results)
        if (faults_.triggered(kind))
            return {.line = std::string(faulty_line)};
    return execute_frame(frame, store);
}

ResultCode Modem::refuse(const Refusal& refusal) {
    log_.write("refused", fmt::format("{}: {}", line(refusal.result), refusal.reason));
    return refusal.result;
}

Modem::FrameResult Modem::execute_frame(const ReceivedFrame& frame, const std::string& store) {
    const auto refused = [this](const Refusal& refusal) {
        return FrameResult{.line = std::string(line(refuse(refusal)))};
    };
    const auto size = frame.bytes.size();
    if (size >= 2 && frame.announced < preamble_size)
        return refused(
            {ResultCode::length_error, fmt::format("invalid frame length of {} bytes", frame.announced)});
    if (size < 2 || size < frame.announced)
        return refused(
            {ResultCode::service_timeout, fmt::format("received {} bytes of {}", size, frame.announced)});
    if (!frame.excess.empty())
        return refused(
            {ResultCode::too_many_data, fmt::format("{} bytes after the frame", frame.excess.size())});

    const auto command = read_secure_command(frame.bytes);
    if (!command)
        return refused(command.error());
    log_.write("asked", fmt::format("{} {} {} parameters={}",
                                    command->verb == SecureCommand::Verb::write ? "write" : "delete", store,
                                    command->slot, fmt::join(command->parameter_ids, ",")));
    reload_slots();
    auto change = service_.decide(*command, store, slots_);
    if (!change)
        return refused(change.error());
    if (faults_.triggered(FaultKind::not_stored))
        return {.line = std::string(line(ResultCode::end_ok))};
    const auto without_key = lose_key(*change);
    slots_.apply(*change);
    if (const auto& content = change->content)
        log_.write("slot", fmt::format("{} {} written {} bytes sha1={} key={}", store, change->slot,
                                       content->certificate.size(), hex_upper(sha1(content->certificate)),
                                       content->private_key ? "yes" : "no"));
    else
        log_.write("slot", fmt::format("{} {} emptied", store, change->slot));
    return without_key.value_or(FrameResult{.line = std::string(line(ResultCode::end_ok))});
}

/// Removes the private key from the change if a fault says so, and returns the answer.
std::optional<Modem::FrameResult> Modem::lose_key(Change& change) {
    if (!change.content || !change.content->private_key)
        return std::nullopt;
    std::optional<FrameResult> result;
    if (faults_.triggered(FaultKind::key_dropped))
        result = FrameResult{.line = std::string(line(ResultCode::key_removed))};
    for (const auto& fault : faults_.trigger(FaultKind::half_stored)) {
        result = FrameResult{};
        if (fault.argument == "end-ok")
            result->line = line(ResultCode::end_ok);
        else if (fault.argument == "timeout")
            result->line = line(ResultCode::service_timeout);
        else if (fault.argument == "error")
            result->final_line = "ERROR";
        else
            result->off = fault.argument == "off";
    }
    if (result)
        change.content->private_key.reset();
    return result;
}

// ---- slots

// Tests change the file to make a module drift.
void Modem::reload_slots() {
    if (slots_.reload_if_changed())
        log_.write("slots", "read again");
}

std::vector<std::string> Modem::list_slots(const std::string& store) {
    reload_slots();
    return slot_list(slots_, store, service_.chains, faults_);
}

} // namespace bgs2::sim
