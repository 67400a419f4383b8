#include "daemon/at/channel.h"

#include <asio/buffer.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/experimental/parallel_group.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

namespace bgs2::at {
namespace {

using asio::experimental::deferred;
using asio::experimental::make_parallel_group;
using asio::experimental::wait_for_one;

/// Small enough for a progress that moves at 9600 Bd, large enough to keep the line busy.
constexpr std::size_t write_size = 512;

std::string seconds(Channel::Clock::duration timeout) {
    return fmt::format("{:g} s", std::chrono::duration<double>(timeout).count());
}

} // namespace

Channel::Channel(SerialPort port, const LineSettings& settings)
  : port_(std::move(port))
  , settle_(settings.settle)
  , timer_(port_.stream().get_executor()) {}

asio::awaitable<Answer> Channel::command(std::string text, Clock::duration timeout) {
    co_await send_line(text);
    const auto deadline = Clock::now() + timeout;
    Answer answer;
    for (;;) {
        std::string next = co_await line(deadline - Clock::now());
        if (is_final(next)) {
            answer.result = std::move(next);
            co_return answer;
        }
        answer.lines.push_back(std::move(next));
    }
}

asio::awaitable<void> Channel::send_line(std::string text) {
    throw_if_interrupted();
    if (const auto earliest = last_answer_ + settle_;
        last_answer_ != Clock::time_point::min() && Clock::now() < earliest) {
        timer_.expires_at(earliest);
        co_await timer_.async_wait(asio::use_awaitable);
    }
    while (next_line()) {
    } // what is left of an earlier answer must not be taken for this one's
    last_command_ = text;
    text.push_back('\r');
    co_await send_octets(as_bytes(text), std::chrono::seconds(5), {});
}

asio::awaitable<std::string> Channel::line(Clock::duration timeout) {
    const auto deadline = Clock::now() + timeout;
    for (;;) {
        if (auto next = next_line()) {
            last_answer_ = Clock::now();
            co_return std::move(*next);
        }
        if (co_await receive(deadline) == Received::deadline)
            throw Exception(Error{
                ErrorCode::modem_timeout,
                fmt::format("{}: no answer to '{}' within {}", port_.node(), last_command_, seconds(timeout)),
                ""});
    }
}

asio::awaitable<void> Channel::send_octets(ByteView octets, Clock::duration timeout, Progress progress) {
    throw_if_interrupted();
    struct Sending {
        explicit Sending(bool& flag)
          : flag_(flag) {
            flag_ = true;
        }
        Sending(const Sending&) = delete;
        Sending& operator=(const Sending&) = delete;
        Sending(Sending&&) = delete;
        Sending& operator=(Sending&&) = delete;
        ~Sending() { flag_ = false; }

      private:
        bool& flag_;
    } const sending(sending_);

    const auto deadline = Clock::now() + timeout;
    for (std::size_t sent = 0; sent < octets.size();) {
        const ByteView part = octets.subspan(sent, std::min(write_size, octets.size() - sent));
        timer_.expires_at(deadline);
        const auto [order, error, written, timer_error] =
            co_await make_parallel_group(
                port_.stream().async_write_some(asio::buffer(part.data(), part.size()), deferred),
                timer_.async_wait(deferred))
                .async_wait(wait_for_one(), asio::use_awaitable);
        if (order[0] == 1 && !timer_error)
            throw Exception(
                Error{ErrorCode::modem_timeout,
                      fmt::format("{}: {} of {} octets were not taken within {}", port_.node(),
                                  octets.size() - sent, octets.size(), seconds(timeout)),
                      "the modem holds the line: check the flow control (RTS/CTS) and the wiring"});
        if (error)
            throw_gone(error);
        sent += written;
        if (progress)
            progress(sent);
    }
}

asio::awaitable<void> Channel::idle(std::optional<Clock::time_point> deadline) {
    while (!std::exchange(woken_, false) && !restarted_) {
        if (co_await receive(deadline) == Received::deadline)
            co_return;
        while (next_line()) {
        } // nobody asked: what is a URC was dealt with, the rest is noise
    }
}

void Channel::wake() {
    woken_ = true;
    cancel_wait();
}

void Channel::interrupt(Error error) {
    interruption_ = std::move(error);
    cancel_wait();
}

void Channel::apply(const LineSettings& settings) {
    settle_ = settings.settle;
    port_.apply(settings);
}

void Channel::start_over() {
    port_.flush();
    reader_.clear();
    restarted_ = false;
}

asio::awaitable<Channel::Received> Channel::receive(std::optional<Clock::time_point> deadline) {
    throw_if_interrupted();
    std::error_code error;
    std::size_t size = 0;
    const auto buffer = asio::buffer(buffer_);
    if (deadline) {
        timer_.expires_at(*deadline);
        const auto [order, read_error, read_size, timer_error] =
            co_await make_parallel_group(port_.stream().async_read_some(buffer, deferred),
                                         timer_.async_wait(deferred))
                .async_wait(wait_for_one(), asio::use_awaitable);
        if (order[0] == 1 && !timer_error && read_size == 0)
            co_return Received::deadline;
        error = read_error;
        size = read_size;
    } else {
        size =
            co_await port_.stream().async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
    }
    throw_if_interrupted();
    if (error == asio::error::operation_aborted && woken_)
        co_return Received::woken;
    if (error)
        throw_gone(error);
    reader_.feed(ByteView(buffer_).first(size));
    co_return Received::octets;
}

std::optional<std::string> Channel::next_line() {
    while (auto next = reader_.next()) {
        if (is_restart(*next))
            restarted_ = true;
        if (*next != last_command_ && !is_urc(*next, last_command_))
            return next;
    }
    return std::nullopt;
}

void Channel::throw_if_interrupted() const {
    if (interruption_)
        throw Exception(*interruption_);
}

void Channel::cancel_wait() {
    if (!sending_)
        port_.stream().cancel();
}

void Channel::throw_gone(const std::error_code& error) const {
    if (error == asio::error::operation_aborted)
        throw Exception(
            Error{ErrorCode::cancelled, fmt::format("{}: the conversation was ended", port_.node()), ""});
    throw Exception(
        Error{ErrorCode::device_gone, fmt::format("{} is gone: {}", port_.node(), error.message()), ""});
}

} // namespace bgs2::at
