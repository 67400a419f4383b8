// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/channel.h"

#include <asio/buffer.hpp>
#include <asio/experimental/parallel_group.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2::at {
namespace {

using asio::experimental::make_parallel_group;
using asio::experimental::wait_for_one;

/// Small enough for visible progress at 9600 Bd, large enough to keep the line busy.
constexpr std::size_t write_size = 512;

/// The time in which the answer begins that follows the late OK of an earlier command.
constexpr std::chrono::milliseconds late_answer{500};

/// The maximum number of bytes of Channel::received(): several frames of PPP.
constexpr std::size_t received_size = 512;

/// The maximum number of reads before a command: more than the kernel buffers; limited, since a rogue device
/// could send forever.
constexpr int leftover_reads = 64;

double seconds(Channel::Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Whether the timer ended an operation. If both completed at once, the operation counts as done.
bool expired(const std::error_code& operation, const std::error_code& timer) {
    return !timer && operation == asio::error::operation_aborted;
}

} // namespace

Channel::Channel(SerialPort port, const LineSettings& settings, std::unique_ptr<Tap> tap)
  : port_(std::move(port))
  , settle_(settings.settle)
  , timer_(port_.stream().get_executor())
  , tap_(std::move(tap)) {}

asio::awaitable<Answer> Channel::command(std::string text, Clock::duration timeout, Form form) {
    co_await send_line(std::move(text));
    const auto deadline = Clock::now() + timeout;
    Answer answer = co_await answer_until(deadline, deadline);
    if (!form || !answer.ok() || form(answer))
        co_return answer;
    try {
        co_return co_await answer_until(std::min(deadline, Clock::now() + late_answer), deadline);
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::modem_timeout)
            throw;
    }
    co_return answer;
}

asio::awaitable<Answer> Channel::answer_until(Clock::time_point first, Clock::time_point deadline) {
    Answer answer;
    for (;;) {
        std::string next = co_await line((answer.lines.empty() ? first : deadline) - Clock::now());
        if (is_final(next)) {
            answer.result = std::move(next);
            co_return answer;
        }
        answer.lines.push_back(std::move(next));
    }
}

asio::awaitable<void> Channel::send_line(std::string text) {
    co_await settle();
    drop_leftovers();
    throw_if_module_ended(fmt::format("before '{}' was sent", text));
    last_command_ = text;
    text.push_back('\r');
    const std::vector<Extent> all(1, Extent{.offset = 0, .size = text.size()});
    co_await send_bytes(as_bytes(text), std::chrono::seconds(5), {}, all);
}

asio::awaitable<void> Channel::settle() {
    throw_if_interrupted();
    const auto earliest = last_answer_ + settle_;
    if (Clock::now() >= earliest)
        co_return;
    std::error_code error;
    timer_.expires_at(earliest);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error)
        throw_failed(error);
}

asio::awaitable<std::string> Channel::line(Clock::duration timeout) {
    const auto deadline = Clock::now() + timeout;
    while (timeout > Clock::duration::zero()) {
        if (auto next = next_line()) {
            last_answer_ = Clock::now();
            co_return std::move(*next);
        }
        throw_if_module_ended(fmt::format("before it answered '{}'", last_command_));
        if (Clock::now() >= deadline)
            break;
        co_await receive(deadline);
    }
    throw Exception(Error{ErrorCode::modem_timeout,
                          fmt::format("{}: no answer to '{}' for {:.1f} s", port_.node(), last_command_,
                                      seconds(Clock::now() - asked_)),
                          "check that the modem is switched on, and the wiring"});
}

asio::awaitable<void> Channel::send_bytes(ByteView bytes, Clock::duration timeout, Progress progress,
                                          std::vector<Extent> shown) {
    const ScopedFlag whole = uninterrupted();
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    const auto deadline = Clock::now() + timeout;
    for (std::size_t sent = 0; sent < bytes.size();) {
        throw_if_ended(cancellation);
        feed_available();
        if (!end_.empty())
            port_.flush(); // the module would take the rest for commands
        throw_if_module_ended("while data was sent to it");
        const ByteView part = bytes.subspan(sent, std::min(write_size, bytes.size() - sent));
        timer_.expires_at(deadline);
        const auto write = [&](auto token) {
            return port_.stream().async_write_some(asio::buffer(part.data(), part.size()), std::move(token));
        };
        const auto expire = [&](auto token) { return timer_.async_wait(std::move(token)); };
        const auto [order, error, written, timer_error] =
            co_await make_parallel_group(write, expire).async_wait(wait_for_one(), asio::use_awaitable);
        if (tap_ && written > 0)
            tap_->said({.bytes = part.first(written), .offset = sent, .total = bytes.size(), .shown = shown});
        if (expired(error, timer_error))
            throw Exception(
                Error{ErrorCode::modem_timeout,
                      fmt::format("{}: {} of {} bytes were not sent within {:g} s", port_.node(),
                                  bytes.size() - sent, bytes.size(), seconds(timeout)),
                      "check the flow control (RTS/CTS) and the wiring: the modem does not accept data"});
        if (error)
            throw_failed(error);
        sent += written;
        active_ = Clock::now();
        if (progress)
            progress(sent);
    }
    asked_ = Clock::now();
}

asio::awaitable<void> Channel::idle(std::optional<Clock::time_point> deadline) {
    const ScopedFlag idle(idle_);
    for (;;) {
        while (next_line()) {
        } // URCs were handled, the rest is noise
        throw_if_module_ended("");
        if (std::exchange(woken_, false))
            co_return;
        if (deadline && Clock::now() >= *deadline)
            co_return;
        co_await receive(deadline);
    }
}

void Channel::wake() {
    woken_ = true;
    if (idle_)
        port_.stream().cancel();
}

void Channel::interrupt(Error error) {
    interruption_ = std::move(error);
    if (!interrupted())
        return;
    port_.stream().cancel();
    timer_.cancel();
}

Channel::ScopedFlag Channel::uninterrupted() {
    throw_if_interrupted();
    return ScopedFlag(uninterrupted_);
}

void Channel::apply(const LineSettings& settings) {
    settle_ = settings.settle;
    port_.apply(settings);
}

void Channel::reset() {
    port_.flush();
    reader_.clear();
    lines_.clear();
    received_.clear();
    body_follows_ = false;
}

bool Channel::is_late_final(std::string_view line) {
    if (line != "OK" || Clock::now() >= late_final_until_)
        return false;
    late_final_until_ = Clock::time_point::min();
    return true;
}

Channel::Clock::duration Channel::quiet_for() const {
    return active_ == Clock::time_point::min() ? Clock::duration::zero() : Clock::now() - active_;
}

asio::awaitable<void> Channel::receive(std::optional<Clock::time_point> deadline) {
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    throw_if_ended(cancellation);
    std::error_code error;
    std::size_t size = 0;
    bool late = false;
    const auto buffer = asio::buffer(buffer_);
    if (deadline) {
        timer_.expires_at(*deadline);
        const auto read = [&](auto token) {
            return port_.stream().async_read_some(buffer, std::move(token));
        };
        const auto expire = [&](auto token) { return timer_.async_wait(std::move(token)); };
        const auto [order, read_error, read_size, timer_error] =
            co_await make_parallel_group(read, expire).async_wait(wait_for_one(), asio::use_awaitable);
        late = expired(read_error, timer_error);
        error = read_error;
        size = read_size;
    } else {
        size =
            co_await port_.stream().async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
    }
    feed(size);
    throw_if_ended(cancellation);
    const bool woken = idle_ && woken_ && error == asio::error::operation_aborted;
    if (error && !late && !woken)
        throw_failed(error);
}

std::optional<std::string> Channel::next_line() {
    while (!lines_.empty()) {
        const std::string next = std::move(lines_.front());
        lines_.pop_front();
        if (std::exchange(body_follows_, false) && !is_final(next))
            continue;
        if (next == last_command_)
            continue;
        if (!is_urc(next, last_command_))
            return printable(next);
        body_follows_ = has_body(next);
    }
    return std::nullopt;
}

/// A late answer must not be taken for the answer to the next command; URCs are handled all the same.
void Channel::drop_leftovers() {
    feed_available();
    while (next_line()) {
    }
}

void Channel::feed_available() {
    for (int i = 0; i < leftover_reads; ++i) {
        const std::size_t size = port_.read_available(buffer_);
        if (size == 0)
            break;
        feed(size);
    }
}

void Channel::feed(std::size_t size) {
    if (size == 0)
        return;
    const ByteView bytes = ByteView(buffer_).first(size);
    active_ = Clock::now();
    reader_.feed(bytes);
    if (tap_)
        tap_->heard(bytes);
    if (uninterrupted_)
        received_.clear(); // a module may echo a frame, and with it a key
    else
        received_.append(as_text(bytes));
    received_.erase(0, received_.size() - std::min(received_.size(), received_size));
    while (auto next = reader_.next()) {
        if (end_.empty() && !restart_expected_)
            end_ = is_restart(*next) ? "restarted" : is_shutdown(*next) ? "shut down" : "";
        if (end_.empty())
            lines_.push_back(std::move(*next));
    }
}

void Channel::throw_if_module_ended(std::string_view when) const {
    if (end_.empty())
        return;
    throw Exception(Error{ErrorCode::device_gone,
                          fmt::format("the modem {}{}{}", end_, when.empty() ? "" : " ", when),
                          "check its power supply if this happens repeatedly; bgs2d tries again"});
}

bool Channel::interrupted() const {
    return interruption_ && (!uninterrupted_ || interruption_->code == ErrorCode::device_gone);
}

void Channel::throw_if_interrupted() const {
    if (interruption_ && interrupted())
        throw Exception(*interruption_);
}

void Channel::throw_if_ended(const asio::cancellation_state& cancellation) const {
    throw_if_interrupted();
    if (cancellation.cancelled() != asio::cancellation_type::none)
        throw_failed(asio::error::operation_aborted);
}

void Channel::throw_failed(const std::error_code& error) const {
    throw_if_interrupted();
    if (error == asio::error::operation_aborted)
        throw Exception(
            Error{ErrorCode::cancelled, fmt::format("{}: the conversation was cancelled", port_.node()), ""});
    throw Exception(Error{ErrorCode::device_gone,
                          fmt::format("{} is gone: {}", port_.node(), error.message()),
                          "check the cable, and the power supply of the modem"});
}

} // namespace bgs2::at
