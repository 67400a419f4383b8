// SPDX-License-Identifier: Apache-2.0
// One named port: opens it, identifies the modem behind it and runs the modem.
#pragma once

#include "daemon/at/identify.h"
#include "daemon/at/line_settings.h"
#include "daemon/at/tap.h"
#include "daemon/base/backoff.h"
#include "daemon/base/codes.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/port_info.h"
#include "daemon/base/words.h"
#include "daemon/modem/modem.h"
#include "daemon/port/inhibitor.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace bgs2 {

enum class PortState {
    ignored, ///< not named: never opened, never written to
    absent,
    probing,
    modem,
    not_a_modem,
    silent,
    duplicate, ///< another port of a modem that bgs2d already uses
    unavailable,
};

consteval auto words(PortState) {
    using enum PortState;
    return EnumTable{Word{ignored, "ignored"},     Word{absent, "absent"},           Word{probing, "probing"},
                     Word{modem, "modem"},         Word{not_a_modem, "not-a-modem"}, Word{silent, "silent"},
                     Word{duplicate, "duplicate"}, Word{unavailable, "unavailable"}};
}

/// The reason for the state of a port.
using PortReason = std::variant<PortCode, ErrorCode>;

class PortSession : public std::enable_shared_from_this<PortSession> {
  public:
    /// The services that a session uses; implemented by Fleet.
    class Host : Immovable {
      public:
        virtual ~Host() = default;

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
        virtual void dismiss(const std::shared_ptr<Modem>& modem) = 0;
        /// Inhibits other programs for the port; see Inhibitor.
        virtual asio::awaitable<std::unique_ptr<Inhibition>> inhibit(const PortInfo& port, bool claimed) = 0;
        /// The tap that records the port, which was just opened; null: none.
        virtual std::unique_ptr<at::Tap> tap(const PortInfo& port) = 0;
    };

    PortSession(const asio::any_io_executor& executor, PortInfo port, Host& host, const Log& log);

    /// Starts the session; `why` is the rule that named the port. If `before`, an earlier session of the same
    /// port, has not ended yet, waits for that: it still holds the port.
    void start(const std::string& why, std::shared_ptr<PortSession> before = nullptr);

    /// Releases the port at once; the object may outlive the call until its coroutine has ended.
    void stop();

    /// Retries now, if the session waits for its next attempt.
    void retry();

    [[nodiscard]] const PortInfo& port() const { return port_; }
    [[nodiscard]] PortState state() const { return state_; }
    /// ListPorts' `code` of io.bgs2d1.xml.
    [[nodiscard]] PortReason code() const;
    /// The reason for the state, with a hint.
    [[nodiscard]] const Error& reason() const { return reason_; }
    /// Whether ModemManager is inhibited for the port.
    [[nodiscard]] bool inhibited() const { return inhibition_ && inhibition_->active(); }
    [[nodiscard]] std::string imei() const { return modem_ ? modem_->identity().imei : std::string(); }
    [[nodiscard]] std::optional<std::chrono::sys_seconds> retry_at() const { return retry_at_; }

  private:
    class ModemGuard;

    asio::awaitable<void> run(std::shared_ptr<PortSession> before);
    asio::awaitable<void> end();
    asio::awaitable<Error> attempt();
    std::optional<std::chrono::milliseconds> schedule_retry(const Error& end);

    PortInfo port_;
    Host& host_;
    Log log_;
    asio::any_io_executor executor_;
    asio::steady_timer retry_timer_;
    asio::steady_timer end_timer_; ///< never expires; cancelled when run() ends
    asio::cancellation_signal cancellation_;
    Backoff backoff_{std::chrono::minutes(1)};
    PortState state_ = PortState::probing;
    Error reason_; ///< its code is used only in states that follow an error
    std::shared_ptr<Modem> modem_;
    std::unique_ptr<Inhibition> inhibition_; ///< held from before the port is opened, and between attempts
    bool claimed_ = false;                   ///< another program held the port
    std::optional<std::chrono::sys_seconds> retry_at_;
    bool stopped_ = false;
    bool ended_ = false;
};

} // namespace bgs2
