// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/port_session.h"

#include "daemon/at/channel.h"
#include "daemon/base/immovable.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

namespace bgs2 {
namespace {

/// A modem that was disturbed while it was identified looks like another device.
constexpr std::chrono::minutes other_device_retry{15};

/// A frame takes a third of a second at 115200 Bd, four at 9600 Bd (protocol.md §1).
constexpr std::chrono::seconds frame_patience{5};

/// A caller of the bus waits 25 s for an answer.
constexpr std::chrono::seconds release_patience{20};

/// Errors that mean another device, or another modem, until a modem is admitted.
bool is_about_admission(ErrorCode code) {
    return code == ErrorCode::busy || code == ErrorCode::not_trusted || code == ErrorCode::not_supported ||
           code == ErrorCode::not_found || code == ErrorCode::port_claimed;
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// The system clock may be set meanwhile; the session looks again then.
std::chrono::steady_clock::time_point steady(std::chrono::sys_seconds time) {
    return std::chrono::steady_clock::now() + (time - std::chrono::system_clock::now());
}

} // namespace

/// Dismisses the modem and ends all waits at the end of the session, however it ends.
class PortSession::ModemGuard : Immovable {
  public:
    explicit ModemGuard(PortSession& session)
      : session_(session) {}
    ~ModemGuard() {
        session_.claim_.stop_watching(); // its waits would keep the event loop running
        session_.dismiss();
    }

  private:
    PortSession& session_;
};

/// Gives the port back at the end of an attempt, however it ends.
class PortSession::BorrowGuard : Immovable {
  public:
    explicit BorrowGuard(PortSession& session)
      : session_(session) {}
    ~BorrowGuard() { // NOLINT(bugprone-exception-escape): only without any memory left
        session_.claim_.release();
        session_.attempt_ended();
        if (session_.use_ != PortUse::borrowed)
            return;
        session_.use_ = PortUse::released;
        if (session_.modem_)
            session_.modem_->released();
        session_.host_.port_released(session_.port_.device);
    }

  private:
    PortSession& session_;
};

PortSession::PortSession(const asio::any_io_executor& executor, PortInfo port, Host& host, const Log& log)
  : port_(std::move(port))
  , host_(host)
  , log_(log.with({{"BGS2_PORT", port_.device}}))
  , executor_(executor)
  , claim_(executor, port_, host, [this] { wake(); })
  , timer_(executor)
  , end_timer_(executor, Clock::time_point::max())
  , frame_timer_(executor) {}

void PortSession::start(const std::string& why, std::shared_ptr<PortSession> before) {
    log_.info("{}: named by {}", port_.device, why);
    const auto ended = [self = shared_from_this()](const std::exception_ptr& exception) {
        self->ended_ = true;
        self->end_timer_.cancel();
        self->frame_timer_.cancel();
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
    claim_.stop();
    // Posted, since the caller can be the modem's coroutine that is cancelled here.
    asio::post(executor_,
               [self = shared_from_this()] { self->cancellation_.emit(asio::cancellation_type::terminal); });
}

bool PortSession::stop_after_frame() {
    if (!modem_ || !modem_->end_after_frame()) {
        stop();
        return false;
    }
    stopped_ = true;
    frame_timer_.expires_after(frame_patience);
    frame_timer_.async_wait([self = shared_from_this()](const std::error_code& ended) {
        if (!ended)
            self->stop();
    });
    return true;
}

void PortSession::retry() {
    backoff_.reset();
    retry_now_ = true;
    wake();
}

void PortSession::forget_modem() {
    dismiss();
    wake();
}

void PortSession::wake() {
    woken_ = true;
    timer_.cancel();
}

asio::awaitable<bool> PortSession::finish_work() {
    const auto deadline = Clock::now() + release_patience;
    while (is_working()) {
        if (Clock::now() >= deadline)
            co_return false;
        const auto timer = std::make_shared<asio::steady_timer>(executor_, deadline);
        waiting_.insert(timer);
        std::error_code ended;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ended));
        waiting_.erase(timer);
    }
    co_return true;
}

/// Work that waited for a reservation that has ended is under way as well.
bool PortSession::is_working() const {
    return (attempting_ && !keeps()) || (waits_for_client_ && host_.reserved_by(port_).empty());
}

void PortSession::attempt_ended() {
    attempting_ = false;
    for (const auto& timer : waiting_)
        timer->cancel();
}

asio::awaitable<void> PortSession::end() {
    std::error_code cancelled;
    if (!ended_)
        co_await end_timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

asio::awaitable<void> PortSession::run(std::shared_ptr<PortSession> before) {
    co_await asio::this_coro::throw_if_cancelled(
        false); // the channel says it in our words, and everything unwinds
    const ModemGuard guard(*this);
    if (before)
        co_await before->end();
    before.reset();
    while (!stopped_) {
        const PortNeed need = co_await next_need();
        if (stopped_)
            break;
        if (need.purpose == Purpose::none && !keeps()) {
            rest();
            co_await wait(modem_->next_look());
            continue;
        }
        const auto end = co_await attempt(need);
        if (stopped_)
            break;
        co_await wait(conclude(need, end));
    }
}

/// Without a modem, one is looked for.
asio::awaitable<PortNeed> PortSession::next_need() {
    PortNeed search;
    search.purpose = Purpose::check;
    search.work = "look for a modem";
    const auto modem = modem_; // forget_modem() may be called meanwhile
    if (!modem)
        co_return search;
    try {
        PortNeed need = co_await modem->need();
        if (modem_ == modem)
            co_return need;
    } catch (const std::exception& e) { // the attempt meets it again, and is retried
        if (!stopped_)
            log_.warning("{}: {}", port_.device, e.what());
    }
    co_return search;
}

/// Returns at `until` (nothing: never), or after a wake() that no earlier wait has returned for.
asio::awaitable<void> PortSession::wait(std::optional<Clock::time_point> until) {
    std::error_code woken;
    timer_.expires_at(until.value_or(Clock::time_point::max()));
    if (!woken_)
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    woken_ = false;
}

/// One attempt, from claiming the port to closing it. Returns the error, since a handler cannot await.
asio::awaitable<std::optional<Error>> PortSession::attempt(PortNeed need) {
    const BorrowGuard guard(*this);
    std::optional<Error> end;
    attempting_ = true;
    retry_now_ = false;
    retry_at_.reset();
    if (!modem_ && state_ != PortState::waiting) {
        state_ = PortState::probing;
        reason_ = {.code = {}, .what = "being probed for a modem", .hint = {}};
    }
    admitted_ = false;
    try {
        at::SerialPort port = co_await claim(need);
        co_await use_port(std::move(port));
    } catch (const Exception& e) {
        end = e.error();
        if (admitted_ && is_about_admission(end->code)) // of a modem that was admitted: it is another matter
            end->code = ErrorCode::failed;
    } catch (
        const std::exception& e) { // such as std::bad_alloc: the other ports go on, and this one is retried
        end = Error{ErrorCode::failed, fmt::format("unexpected error: {}", e.what()),
                    "bgs2d tries again; report it if it stays"};
    }
    co_return end;
}

/// What claim_ may do for this need.
PortClaim::Request PortSession::request_for(const PortNeed& need) const {
    PortClaim::Request request{.settings =
                                   modem_ ? modem_->port_settings().line : host_.probe_settings(port_),
                               .identified = modem_ != nullptr,
                               .may_disconnect = may_disconnect(need),
                               .may_interrupt = may_interrupt(need)};
    if (modem_)
        request.units = modem_->port_settings().borrow_from;
    return request;
}

/// Throws Exception: PortClaimed (a client of the bus has reserved the port), and as PortClaim::claim() does.
asio::awaitable<at::SerialPort> PortSession::claim(PortNeed need) {
    const std::string client = host_.reserved_by(port_);
    waits_for_client_ = !client.empty();
    if (waits_for_client_) {
        holder_ = fmt::format("client {} of the bus", client);
        throw Exception(Error{ErrorCode::port_claimed, fmt::format("waiting for the port: {}", holder_),
                              "bgs2d goes on when the client calls ReleasePort or ends"});
    }
    PortClaim::Request request = request_for(need);
    at::SerialPort port = co_await claim_.claim(std::move(request));
    use_ = PortUse::borrowed;
    woken_ = false; // the work considers all that has changed before
    waiting_since_.reset();
    work_.clear();
    probed_ = true;
    co_return port;
}

/// Identifies the modem, lets it work, and leaves line and module as they were.
asio::awaitable<void> PortSession::use_port(at::SerialPort opened) {
    at::LineSettings settings = modem_ ? modem_->port_settings().line : host_.probe_settings(port_);
    PortInfo used = port_;
    used.device = opened.node();
    at::Channel channel(std::move(opened), settings, host_.tap(used));
    at::FoundProfile found = co_await at::synchronise(channel);
    const Error refused = co_await identify(channel, found);
    if (!refused.what.empty()) {
        co_await at::restore(channel, found);
        throw Exception(refused);
    }
    admitted_ = true;
    if (const at::LineSettings own = host_.line_settings(*modem_); own != settings) {
        channel.apply(own);
        co_await at::synchronise(channel);
    }
    const at::ModuleIdentity& identity = modem_->identity();
    state_ = PortState::modem;
    reason_ = {.code = {}, .what = fmt::format("{} {}", identity.manufacturer, identity.model), .hint = {}};
    backoff_.reset();
    co_await modem_->work(channel, [this] { return keeps(); });
    co_await at::restore(channel, found);
}

/// Returns the error if another device answers, or the modem is not admitted; without text: none. The device
/// answers, so that its settings can be restored.
asio::awaitable<Error> PortSession::identify(at::Channel& channel, at::FoundProfile& found) {
    Error refused{.code = {}, .what = {}, .hint = {}};
    try {
        value_or_throw(admit(co_await at::identify(channel, &found)));
    } catch (const Exception& e) {
        if (!is_about_admission(e.error().code))
            throw;
        refused = e.error();
    }
    co_return refused;
}

/// Makes the module that answers the modem of the session. Errors: those of Host::admit().
Expected<void> PortSession::admit(const at::ModuleIdentity& identity) {
    if (modem_ && modem_->identity() == identity)
        return {};
    if (modem_)
        log_.notice("{}: the modem {} {} answers instead of {}", port_.device, identity.model, identity.imei,
                    modem_->identity().imei);
    dismiss();
    auto admitted = host_.admit(identity, port_);
    if (!admitted)
        return std::unexpected(std::move(admitted.error()));
    modem_ = std::move(*admitted);
    return {};
}

/// Sets the state after an attempt and returns the time of the next; nothing: none but by an event.
std::optional<PortSession::Clock::time_point> PortSession::conclude(const PortNeed& need,
                                                                    const std::optional<Error>& end) {
    if (!end) {
        rest();
        return modem_->next_look();
    }
    if (end->code == ErrorCode::port_claimed)
        return wait_for_release(need, *end);
    if (end->code != ErrorCode::not_trusted)
        host_.withdraw_claim(port_);
    claim_.stop_watching();
    if (modem_ && !admitted_ && need.purpose == Purpose::write)
        modem_->write_failed(*end);
    dismiss();
    woken_ = std::exchange(retry_now_, false);
    return schedule_retry(*end);
}

/// Another program has the port. The modem stays as it was last verified.
std::optional<PortSession::Clock::time_point> PortSession::wait_for_release(const PortNeed& need,
                                                                            const Error& end) {
    if (!waits_for_client_)
        holder_ = claim_.holder();
    Error reason = end;
    if (need.purpose == Purpose::check && !waits_for_client_) // nothing is interrupted for that
        reason.hint = "nothing to do: bgs2d reads the modem once the program has closed the port";
    const bool is_new = use_ != PortUse::waiting || work_ != need.work || reason_.hint != reason.hint;
    reason_ = std::move(reason);
    if (!modem_) {
        modem_ = host_.recall(port_);
        if (modem_) {
            woken_ = true; // its need is another one
            return std::nullopt;
        }
    }
    state_ = modem_ ? PortState::modem : PortState::waiting;
    if (is_new) {
        use_ = PortUse::waiting;
        work_ = need.work;
        waiting_since_ = waiting_since_.value_or(now());
        const bool is_taken = modem_ && !modem_->port_settings().borrow_from.empty();
        log_.notice("{}: {}", port_.device, to_string(reason_));
        if (modem_ || !probed_) // a program must not be stopped each time that a silent port is probed
            host_.port_wanted(port_.device, work_, is_taken ? next_interruption(need) : std::nullopt);
    }
    if (modem_)
        modem_->wait_for_port(need, holder_, reason_.hint);
    std::optional<Clock::time_point> next;
    if (const auto interruption = next_interruption(need))
        next = steady(*interruption);
    if (const auto look = modem_ ? modem_->next_look() : std::nullopt; look && *look > Clock::now())
        next = std::min(next.value_or(*look), *look);
    if (!waits_for_client_ && !claim_.is_watched())
        next = std::min(next.value_or(Clock::time_point::max()), Clock::now() + backoff_.next());
    return next;
}

/// Sets the state after a failure and returns the time of the next attempt; nothing: no automatic retry.
std::optional<PortSession::Clock::time_point> PortSession::schedule_retry(const Error& end) {
    reason_ = end;
    use_ = PortUse::released;
    holder_.clear();
    work_.clear();
    waiting_since_.reset();
    std::chrono::milliseconds wait = other_device_retry;
    switch (end.code) {
    case ErrorCode::not_found:
        state_ = PortState::absent;
        return std::nullopt;
    case ErrorCode::busy:
        state_ = PortState::duplicate;
        return std::nullopt;
    case ErrorCode::not_supported:
        state_ = PortState::not_a_modem;
        break;
    case ErrorCode::not_trusted:
        state_ = PortState::duplicate;
        break;
    default:
        state_ = end.code == ErrorCode::modem_timeout ? PortState::silent : PortState::unavailable;
        wait = backoff_.next();
        break;
    }
    retry_at_ = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + wait);
    log_.warning("{}: {}", port_.device, to_string(reason_));
    return Clock::now() + wait;
}

/// The port is not needed.
void PortSession::rest() {
    claim_.stop_watching();
    waits_for_client_ = false;
    attempt_ended();
    if (use_ == PortUse::waiting) // the reason was that
        reason_ = {.code = {},
                   .what = fmt::format("{} {}", modem_->identity().manufacturer, modem_->identity().model),
                   .hint = {}};
    use_ = PortUse::released;
    holder_.clear();
    work_.clear();
    waiting_since_.reset();
    modem_->released();
}

void PortSession::dismiss() {
    if (const auto modem = std::exchange(modem_, nullptr))
        host_.dismiss(modem);
}

/// Whether a connection of ModemManager may be ended: no policy names it, so only within a window.
bool PortSession::may_disconnect(const PortNeed& need) const {
    return may_interrupt(need) && (need.requested || modem_->port_settings().window);
}

/// Whether a unit of borrow-from may be stopped.
bool PortSession::may_interrupt(const PortNeed& need) const {
    if (need.purpose != Purpose::write)
        return false;
    const auto& window = modem_->port_settings().window;
    return need.requested || !window || policy::is_open(*window, now());
}

/// The time when may_interrupt() permits it; nothing: it is not a matter of time.
std::optional<std::chrono::sys_seconds> PortSession::next_interruption(const PortNeed& need) const {
    if (need.purpose != Purpose::write || may_interrupt(need))
        return std::nullopt;
    const auto& window = modem_->port_settings().window;
    return window ? std::optional(policy::next_opening(*window, now())) : std::nullopt;
}

bool PortSession::keeps() const {
    return modem_ && modem_->port_settings().use == policy::Use::keep && host_.reserved_by(port_).empty() &&
           !stopped_;
}

} // namespace bgs2
