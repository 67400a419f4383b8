// SPDX-License-Identifier: Apache-2.0
// One named port: borrows it when there is work, identifies the modem behind it, and gives it back.
#pragma once

#include "daemon/at/identify.h"
#include "daemon/at/line_settings.h"
#include "daemon/at/serial_port.h"
#include "daemon/at/tap.h"
#include "daemon/base/backoff.h"
#include "daemon/base/codes.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/port_info.h"
#include "daemon/base/words.h"
#include "daemon/modem/modem.h"
#include "daemon/modem/port_need.h"
#include "daemon/port/port_claim.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace bgs2 {

enum class PortState {
    ignored, ///< not named: never opened, never written to
    absent,
    probing,
    modem,
    not_a_modem,
    silent,
    waiting,   ///< another program has the port, and no modem was identified yet
    duplicate, ///< another port of a modem that bgs2d already uses
    unavailable,
};

consteval auto words(PortState) {
    using enum PortState;
    return EnumTable{
        Word{ignored, "ignored"}, Word{absent, "absent"},           Word{probing, "probing"},
        Word{modem, "modem"},     Word{not_a_modem, "not-a-modem"}, Word{silent, "silent"},
        Word{waiting, "waiting"}, Word{duplicate, "duplicate"},     Word{unavailable, "unavailable"}};
}

/// The reason for the state of a port.
using PortReason = std::variant<PortCode, ErrorCode>;

class PortSession : public std::enable_shared_from_this<PortSession> {
  public:
    /// The services that a session uses; implemented by Fleet.
    class Host : public PortClaim::Host {
      public:
        /// The line settings before the modem is identified.
        [[nodiscard]] virtual at::LineSettings probe_settings(const PortInfo& port) const = 0;
        /// The line settings for this modem.
        [[nodiscard]] virtual at::LineSettings line_settings(const Modem& modem) const = 0;
        /// Adds the modem that was identified on `port`. Errors: Busy (another port of a modem that is used
        /// already), NotTrusted (a modem elsewhere has the same IMEI).
        virtual Expected<std::shared_ptr<Modem>> admit(const at::ModuleIdentity& identity,
                                                       const PortInfo& port) = 0;
        /// After NotTrusted: the port no longer shows that IMEI.
        virtual void withdraw_claim(const PortInfo& port) = 0;
        /// The client of the bus that has reserved the port; empty: none.
        [[nodiscard]] virtual std::string reserved_by(const PortInfo& port) const = 0;
        /// Adds the modem that was last identified at this place, as it is recorded: the port is in use by
        /// another program. Null: none was, or it is on another port now.
        virtual std::shared_ptr<Modem> recall(const PortInfo& port) = 0;
        virtual void dismiss(const std::shared_ptr<Modem>& modem) = 0;
        virtual void port_wanted(const std::string& device, const std::string& reason,
                                 std::optional<std::chrono::sys_seconds> deadline) = 0;
        virtual void port_released(const std::string& device) = 0;
        /// The tap that records the port, which was just opened; null: none.
        virtual std::unique_ptr<at::Tap> tap(const PortInfo& port) = 0;
    };

    PortSession(const asio::any_io_executor& executor, PortInfo port, Host& host, const Log& log);

    /// Starts the session; `why` is the rule that named the port. If `before`, an earlier session of the same
    /// port, has not ended yet, waits for that: it still holds the port.
    void start(const std::string& why, std::shared_ptr<PortSession> before = nullptr);

    /// Releases the port at once; the object may outlive the call until its coroutine has ended.
    void stop();

    /// Like stop(), but a secure command that has begun ends first, within 5 s. Returns whether one has.
    bool stop_after_frame();

    /// Returns when the session has ended after stop().
    asio::awaitable<void> end();

    /// Retries now, if the session waits for its next attempt.
    void retry();

    /// Looks again whether the port is needed and free.
    void wake();

    /// Returns when no attempt is under way; false: one still is after 20 s. A port that is kept counts as
    /// free, unless it is reserved.
    asio::awaitable<bool> finish_work();

    /// Removes a modem that was recalled, or not seen for long: it answers on another port.
    void forget_modem();
    [[nodiscard]] bool attempting() const { return attempting_; }

    [[nodiscard]] const PortInfo& port() const { return port_; }
    [[nodiscard]] PortState state() const { return state_; }
    /// ListPorts' `code` of io.bgs2d1.xml.
    [[nodiscard]] PortReason code() const;
    /// The reason for the state, with a hint.
    [[nodiscard]] const Error& reason() const { return reason_; }
    /// Whether ModemManager is inhibited for the port.
    [[nodiscard]] bool inhibited() const { return claim_.inhibited(); }
    [[nodiscard]] PortUse use() const { return use_; }
    /// The program that the session waits for; empty unless use() is waiting.
    [[nodiscard]] const std::string& holder() const { return holder_; }
    /// The work that waits for the port, for people; empty: none.
    [[nodiscard]] const std::string& work() const { return work_; }
    [[nodiscard]] std::optional<std::chrono::sys_seconds> waiting_since() const { return waiting_since_; }
    [[nodiscard]] const std::shared_ptr<Modem>& modem() const { return modem_; }
    [[nodiscard]] std::string imei() const { return modem_ ? modem_->identity().imei : std::string(); }
    [[nodiscard]] std::optional<std::chrono::sys_seconds> retry_at() const { return retry_at_; }

  private:
    using Clock = std::chrono::steady_clock;
    class ModemGuard;
    class BorrowGuard;

    asio::awaitable<void> run(std::shared_ptr<PortSession> before);
    asio::awaitable<PortNeed> next_need();
    asio::awaitable<Error> identify(at::Channel& channel, at::FoundProfile& found);
    [[nodiscard]] bool is_working() const;
    void attempt_ended();
    asio::awaitable<void> wait(std::optional<Clock::time_point> until);
    asio::awaitable<std::optional<Error>> attempt(PortNeed need);
    asio::awaitable<at::SerialPort> claim(PortNeed need);
    asio::awaitable<void> use_port(at::SerialPort opened);
    Expected<void> admit(const at::ModuleIdentity& identity);
    std::optional<Clock::time_point> conclude(const PortNeed& need, const std::optional<Error>& end);
    std::optional<Clock::time_point> wait_for_release(const PortNeed& need, const Error& end);
    std::optional<Clock::time_point> schedule_retry(const Error& end);
    void rest();
    void dismiss();
    [[nodiscard]] bool may_disconnect(const PortNeed& need) const;
    [[nodiscard]] bool may_interrupt(const PortNeed& need) const;
    [[nodiscard]] bool keeps() const;
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_interruption(const PortNeed& need) const;
    [[nodiscard]] PortClaim::Request request_for(const PortNeed& need) const;

    PortInfo port_;
    Host& host_;
    Log log_;
    asio::any_io_executor executor_;
    PortClaim claim_;
    asio::steady_timer timer_; ///< of wait()
    bool woken_ = false;       ///< wake() was called since the last wait()
    bool retry_now_ = false;   ///< retry() was called during the attempt
    bool attempting_ = false;
    Backoff backoff_{std::chrono::minutes(1)};
    asio::cancellation_signal cancellation_;
    asio::steady_timer end_timer_;   ///< cancelled when the session has ended
    asio::steady_timer frame_timer_; ///< the time that a frame has to end
    bool stopped_ = false;
    bool ended_ = false;

    bool probed_ = false;           ///< the port was open since the start of the session
    bool waits_for_client_ = false; ///< the last attempt met a reservation
    bool admitted_ = false;         ///< the modem was identified in this attempt
    std::set<std::shared_ptr<asio::steady_timer>> waiting_; ///< cancelled at the end of each attempt

    PortState state_ = PortState::probing;
    Error reason_;
    PortUse use_ = PortUse::released;
    std::string holder_;
    std::string work_;
    std::optional<std::chrono::sys_seconds> waiting_since_;
    std::optional<std::chrono::sys_seconds> retry_at_;
    std::shared_ptr<Modem> modem_;
};

} // namespace bgs2
