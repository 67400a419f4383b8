// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/port_session.h"

#include "daemon/at/channel.h"
#include "daemon/at/serial_port.h"
#include "daemon/base/immovable.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <exception>
#include <system_error>
#include <utility>

namespace bgs2 {
namespace {

/// A modem that was disturbed while it was identified looks like another device.
constexpr std::chrono::minutes other_device_retry{15};

/// Errors that mean another device, or another modem, until a modem is admitted.
bool is_about_admission(ErrorCode code) {
    return code == ErrorCode::busy || code == ErrorCode::not_trusted || code == ErrorCode::not_supported ||
           code == ErrorCode::not_found;
}

} // namespace

/// Dismisses the modem at the end of an attempt, however it ends.
class PortSession::ModemGuard : Immovable {
  public:
    explicit ModemGuard(PortSession& session)
      : session_(session) {}
    ~ModemGuard() {
        if (const auto modem = std::exchange(session_.modem_, nullptr))
            session_.host_.dismiss(modem);
    }

  private:
    PortSession& session_;
};

PortSession::PortSession(const asio::any_io_executor& executor, PortInfo port, Host& host, const Log& log)
  : port_(std::move(port))
  , host_(host)
  , log_(log.with({{"BGS2_PORT", port_.device}}))
  , executor_(executor)
  , retry_timer_(executor)
  , end_timer_(executor, std::chrono::steady_clock::time_point::max()) {}

void PortSession::start(const std::string& why, std::shared_ptr<PortSession> before) {
    log_.info("{}: named by {}", port_.device, why);
    const auto ended = [self = shared_from_this()](const std::exception_ptr& exception) {
        self->ended_ = true;
        self->end_timer_.cancel();
        if (!exception || self->stopped_)
            return;
        try {
            std::rethrow_exception(exception);
        } catch (const std::exception& e) {
            self->log_.error("{}: stopped after an unexpected error: {}", self->port_.device, e.what());
        }
    };
    asio::co_spawn(executor_, run(std::move(before)),
                   asio::bind_cancellation_slot(cancellation_.slot(), ended));
}

PortReason PortSession::code() const {
    switch (state_) {
    case PortState::probing:
        return PortCode::probing;
    case PortState::modem:
        return PortCode::identified;
    case PortState::absent:
        return PortCode::absent;
    case PortState::duplicate:
        return reason_.code == ErrorCode::not_trusted ? PortCode::imei_twice : PortCode::duplicate;
    default:
        return reason_.code;
    }
}

void PortSession::stop() {
    stopped_ = true;
    // Posted, since the caller can be the modem's coroutine that is cancelled here.
    asio::post(executor_,
               [self = shared_from_this()] { self->cancellation_.emit(asio::cancellation_type::terminal); });
}

void PortSession::retry() {
    backoff_.reset();
    retry_timer_.cancel();
}

/// Returns when run() has ended.
asio::awaitable<void> PortSession::end() {
    std::error_code cancelled;
    if (!ended_)
        co_await end_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

asio::awaitable<void> PortSession::run(std::shared_ptr<PortSession> before) {
    co_await asio::this_coro::throw_if_cancelled(
        false); // the channel says it in our words, and everything unwinds
    if (before)
        co_await before->end();
    before.reset();
    while (!stopped_) {
        state_ = PortState::probing;
        reason_ = {.code = {}, .what = "being probed for a modem", .hint = {}};
        retry_at_.reset();
        const Error end = co_await attempt();
        if (stopped_)
            break;
        if (const auto wait = schedule_retry(end))
            retry_timer_.expires_after(*wait);
        else
            retry_timer_.expires_at(std::chrono::steady_clock::time_point::max());
        std::error_code woken;
        co_await retry_timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    inhibition_.reset();
}

/// One attempt, from opening the port to losing it. Returns the error, since a handler cannot await.
asio::awaitable<Error> PortSession::attempt() {
    const ModemGuard guard(*this);
    Error end;
    try {
        inhibition_ = co_await host_.inhibit(port_, claimed_);
        if (stopped_)
            co_return Error{ErrorCode::cancelled, "", ""};
        at::LineSettings settings = host_.probe_settings(port_);
        at::SerialPort port(executor_, port_.device, settings);
        at::Channel channel(std::move(port), settings, host_.tap(port_));
        co_await at::synchronise(channel);
        const at::ModuleIdentity identity = co_await at::identify(channel);
        auto admitted = host_.admit(identity, port_);
        if (!admitted)
            co_return std::move(admitted.error());
        modem_ = std::move(*admitted);
        if (const at::LineSettings own = host_.line_settings(*modem_); own != settings) {
            channel.apply(own);
            co_await at::synchronise(channel);
        }
        state_ = PortState::modem;
        reason_ = {
            .code = {}, .what = fmt::format("{} {}", identity.manufacturer, identity.model), .hint = {}};
        backoff_.reset();
        co_await modem_->live(channel);
    } catch (const Exception& e) {
        end = e.error();
        if (modem_ && is_about_admission(end.code)) // of a modem that was admitted: it is another matter
            end.code = ErrorCode::failed;
    } catch (
        const std::exception& e) { // such as std::bad_alloc: the other ports go on, and this one is retried
        end = Error{ErrorCode::failed, fmt::format("unexpected error: {}", e.what()),
                    "bgs2d tries again; report it if it stays"};
    }
    co_return end;
}

/// Sets the state after an attempt and returns the time until the next; nothing: no automatic retry.
std::optional<std::chrono::milliseconds> PortSession::schedule_retry(const Error& end) {
    reason_ = end;
    if (end.code != ErrorCode::not_trusted)
        host_.withdraw_claim(port_);
    claimed_ = claimed_ || end.code == ErrorCode::port_claimed;
    std::chrono::milliseconds wait = other_device_retry;
    switch (end.code) {
    case ErrorCode::not_found:
        state_ = PortState::absent;
        inhibition_.reset();
        return std::nullopt;
    case ErrorCode::busy:
        state_ = PortState::duplicate;
        inhibition_.reset();
        return std::nullopt;
    case ErrorCode::not_supported:
        state_ = PortState::not_a_modem;
        inhibition_.reset();
        break;
    case ErrorCode::not_trusted:
        state_ = PortState::duplicate;
        inhibition_.reset();
        break;
    default:
        state_ = end.code == ErrorCode::modem_timeout ? PortState::silent : PortState::unavailable;
        wait = backoff_.next();
        break;
    }
    retry_at_ = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + wait);
    log_.warning("{}: {}", port_.device, to_string(reason_));
    return wait;
}

} // namespace bgs2
