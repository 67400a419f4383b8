// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/modem.h"

#include "tests/sim/certificate.h"
#include "tests/sim/readback.h"
#include "tests/sim/secure_command.h"

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

// Contains no line end and no letter, so it garbles an answer without forming a line.
constexpr std::string_view garbage("\0\xff\x8a\x1b~\xc3", 6);

constexpr auto unsolicited_lines =
    std::to_array<std::string_view>({"+CIEV: signal,3", "+CREG: 1", "+CIEV: rssi,4", "RING"});

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

ReadbackStyle::Labels labels_style(std::string_view text) {
    using Labels = ReadbackStyle::Labels;
    if (text == "missing")
        return Labels::some;
    return text == "bare" ? Labels::none : Labels::unquoted;
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
  , log_(log) {
    for (const auto& fault : trigger(FaultKind::deaf))
        deaf_for_ = number_argument(fault);
}

asio::awaitable<void> Modem::run() {
    if (behaviour_.urc)
        co_await send_line("^SYSSTART");
    answered_.reset();
    for (;;) {
        const auto line = co_await next_command();
        if (receives(line))
            co_await execute(from_at(line.text));
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
        if (answers_.echo() && !silent_ && deaf_for_ == 0)
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
    if (behaviour_.settle.count() > 0 && answered_ && line.began < *answered_ + behaviour_.settle) {
        log_.write("lost",
                   fmt::format("{} ms after the last answer: {}",
                               std::chrono::floor<std::chrono::milliseconds>(line.began - *answered_).count(),
                               escaped(line.text)));
        return false;
    }
    log_.write("command", escaped(line.text));
    return !silent_ && !triggered(FaultKind::silence);
}

asio::awaitable<void> Modem::execute(std::string_view command) {
    if (!answers_.identity().supports_at) {
        co_await send_line("Unknown command");
        co_return;
    }
    if (command.empty())
        co_return;
    if (triggered(FaultKind::error, command)) {
        co_await send_result("ERROR");
        co_return;
    }
    auto answer = answers_.answer(command, Clock::now());
    if (answer.end == Answer::End::connect) {
        for (const auto& fault : trigger(FaultKind::cme_error)) {
            answer.end = Answer::End::cme_error;
            answer.message = fault.argument.empty() ? "operation not supported" : fault.argument;
        }
    }
    switch (answer.end) {
    case Answer::End::ok:
        if (const auto store = answers_.readback_store(command))
            answer.lines = readback(*store);
        co_await send(std::move(answer.lines), "OK");
        break;
    case Answer::End::error:
    case Answer::End::cme_error:
        co_await send_result(answers_.error_line(answer.message, answer.end == Answer::End::cme_error));
        break;
    case Answer::End::connect:
        co_await receive_frame(answer.store);
        break;
    }
}

// ---- frames

asio::awaitable<void> Modem::receive_frame(const std::string& store) {
    co_await skip_line_feed();
    co_await send_line("CONNECT");
    if (behaviour_.urc)
        co_await wire_.send(bytes_of(unsolicited()));
    if (const auto early = wire_.discard(); !early.empty())
        log_.write("lost", "before the module was ready: " + escaped(text_of(early)));
    if (silent_)
        co_return;
    co_await send_line(std::string(ready));
    if (silent_)
        co_return;

    const auto frame = co_await receiver_.receive(wire_);
    save(frame);
    const std::string result(result_line(frame, store));
    if (triggered(FaultKind::no_result))
        co_return;
    co_await send(std::vector(1, result), triggered(FaultKind::no_ok) ? "" : "OK");
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

std::string_view Modem::result_line(const ReceivedFrame& frame, const std::string& store) {
    for (const auto& [kind, faulty_line] : faulty_results)
        if (triggered(kind))
            return faulty_line;
    return line(execute_frame(frame, store));
}

ResultCode Modem::refuse(const Refusal& refusal) {
    log_.write("refused", fmt::format("{}: {}", line(refusal.result), refusal.reason));
    return refusal.result;
}

ResultCode Modem::execute_frame(const ReceivedFrame& frame, const std::string& store) {
    const auto size = frame.bytes.size();
    if (size >= 2 && frame.announced < preamble_size)
        return refuse(
            {ResultCode::length_error, fmt::format("invalid frame length of {} bytes", frame.announced)});
    if (size < 2 || size < frame.announced)
        return refuse(
            {ResultCode::service_timeout, fmt::format("received {} bytes of {}", size, frame.announced)});
    if (!frame.excess.empty())
        return refuse(
            {ResultCode::too_many_data, fmt::format("{} bytes after the frame", frame.excess.size())});

    const auto command = read_secure_command(frame.bytes);
    if (!command)
        return refuse(command.error());
    log_.write("asked", fmt::format("{} {} {} parameters={}",
                                    command->verb == SecureCommand::Verb::write ? "write" : "delete", store,
                                    command->slot, fmt::join(command->parameter_ids, ",")));
    reload_slots();
    auto change = service_.decide(*command, store, slots_);
    if (!change)
        return refuse(change.error());
    if (triggered(FaultKind::not_stored))
        return ResultCode::end_ok;
    const bool drops_key =
        change->content && change->content->private_key && triggered(FaultKind::key_dropped);
    if (drops_key)
        change->content->private_key.reset();
    slots_.apply(*change);
    if (const auto& content = change->content)
        log_.write("slot", fmt::format("{} {} written {} bytes sha1={} key={}", store, change->slot,
                                       content->certificate.size(), hex_upper(sha1(content->certificate)),
                                       content->private_key ? "yes" : "no"));
    else
        log_.write("slot", fmt::format("{} {} emptied", store, change->slot));
    return drops_key ? ResultCode::key_removed : ResultCode::end_ok;
}

// ---- read-back

// Tests change the file to make a module drift.
void Modem::reload_slots() {
    if (slots_.reload_if_changed())
        log_.write("slots", "read again");
}

std::vector<std::string> Modem::readback(const std::string& store) {
    reload_slots();
    ReadbackStyle style;
    style.old_expiry = triggered(FaultKind::old_expiry);
    for (const auto& fault : trigger(FaultKind::labels))
        style.labels = labels_style(fault.argument);
    std::array<unsigned, last_slot + 1> shown{};
    for (unsigned slot = 0; slot <= last_slot; ++slot)
        shown[slot] = slot;
    for (const auto& fault : trigger(FaultKind::readback_slot))
        shown[slots_argument(fault).requested] = slots_argument(fault).shown;
    std::array<bool, last_slot + 1> corrupted{};
    for (const auto& fault : trigger(FaultKind::corrupt_slot))
        corrupted[number_argument(fault)] = true;

    std::vector<std::string> lines;
    for (unsigned slot = 0; slot <= last_slot; ++slot) {
        const auto* content = slots_.at(store, shown[slot]);
        std::optional<CertificateInfo> info;
        if (content != nullptr)
            info = read_certificate(content->certificate, service_.chains);
        const bool unreadable = content != nullptr && !info;
        lines.push_back(corrupted[slot] || unreadable ? corrupted_line(slot)
                                                      : readback_line(slot, info, style));
    }
    return lines;
}

// ---- output

asio::awaitable<void> Modem::send(std::vector<std::string> lines, std::string final_line) {
    const auto information = lines.size();
    if (!final_line.empty())
        lines.push_back(std::move(final_line));
    std::string text;
    if (triggered(FaultKind::half_line)) {
        silent_ = true;
        text = "\r\n" + lines.front().substr(0, lines.front().size() / 2);
        log_.write("answer", escaped(text));
        co_await wire_.send(bytes_of(text));
        co_return;
    }
    const bool garbled = triggered(FaultKind::garbage);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        log_.write("answer", escaped(lines[i]));
        if (garbled)
            text += garbage;
        // Information lines follow each other directly; an empty line precedes the result.
        text += i == 0 || i == information ? "\r\n" : "";
        text += lines[i] + "\r\n";
        if (behaviour_.urc && i + 1 < lines.size())
            text += unsolicited();
    }
    answered_ = co_await wire_.send(bytes_of(text));
}

asio::awaitable<void> Modem::send_line(const std::string& line) {
    return send(std::vector(1, line), "");
}

asio::awaitable<void> Modem::send_result(std::string line) {
    return send({}, std::move(line));
}

std::string Modem::unsolicited() {
    const auto text = unsolicited_lines.at(unsolicited_++ % unsolicited_lines.size());
    log_.write("urc", escaped(text));
    return fmt::format("\r\n{}\r\n", text);
}

std::vector<Fault> Modem::trigger(FaultKind kind, std::string_view command) {
    auto faults = faults_.trigger(kind, command);
    for (const auto& fault : faults)
        log_.write("fault", fault.argument.empty() ? std::string(name(kind))
                                                   : fmt::format("{}:{}", name(kind), fault.argument));
    return faults;
}

} // namespace bgs2::sim
