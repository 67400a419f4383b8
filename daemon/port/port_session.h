// SPDX-License-Identifier: Apache-2.0
// One port that is watched over: opened, asked who is there, and kept for the modem behind it.
#pragma once

#include "daemon/at/identify.h"
#include "daemon/at/line_settings.h"
#include "daemon/at/tap.h"
#include "daemon/base/backoff.h"
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
#include <string_view>

namespace bgs2 {

enum class PortState {
    ignored, ///< not nominated: never opened, never written to
    absent,
    probing,
    modem,
    not_a_modem,
    silent,
    duplicate, ///< another port of a modem that is attended on the first
    unavailable,
};

consteval auto words(PortState) {
    using enum PortState;
    return EnumTable{Word{ignored, "ignored"},     Word{absent, "absent"},           Word{probing, "probing"},
                     Word{modem, "modem"},         Word{not_a_modem, "not-a-modem"}, Word{silent, "silent"},
                     Word{duplicate, "duplicate"}, Word{unavailable, "unavailable"}};
}

class PortSession : public std::enable_shared_from_this<PortSession> {
  public:
    /// What a port needs of the one who keeps it.
    class Host : Immovable {
      public:
        virtual ~Host() = default;

        /// How to drive the line before it is known who is there.
        [[nodiscard]] virtual at::LineSettings probe_settings(const PortInfo& port) const = 0;
        /// How to drive it for this modem.
        [[nodiscard]] virtual at::LineSettings line_settings(const Modem& modem) const = 0;
        /// The modem now known to be behind `port`; null if it is attended on another port already.
        virtual std::shared_ptr<Modem> admit(const at::ModuleIdentity& identity, const PortInfo& port) = 0;
        virtual void dismiss(const std::shared_ptr<Modem>& modem) = 0;
        /// Has others keep off the port from now on; see Inhibitor.
        virtual asio::awaitable<std::unique_ptr<Inhibition>> inhibit(const PortInfo& port, bool claimed) = 0;
        /// Who listens in on the port, which was just opened; null: nobody.
        virtual std::unique_ptr<at::Tap> tap(const PortInfo& port) = 0;
    };

    PortSession(const asio::any_io_executor& executor, PortInfo port, Host& host, const Log& log);

    /// Begins to attend the port, because of `why` it was nominated.
    void start(const std::string& why);

    /// Lets go of it at once; the object may live on until what was going on has unwound.
    void stop();

    /// Tries again now, if it waits for another try.
    void retry();

    [[nodiscard]] const PortInfo& port() const { return port_; }
    [[nodiscard]] PortState state() const { return state_; }
    /// ListPorts' `code` of io.bgs2d1.xml.
    [[nodiscard]] std::string_view code() const;
    /// Why it is in that state, and what to do about it.
    [[nodiscard]] const Error& reason() const { return reason_; }
    /// Whether ModemManager was asked to keep off the port, and does.
    [[nodiscard]] bool inhibited() const { return inhibition_ && inhibition_->in_force(); }
    [[nodiscard]] std::string imei() const { return modem_ ? modem_->identity().imei : std::string(); }
    [[nodiscard]] std::optional<std::chrono::sys_seconds> retry_at() const { return retry_at_; }

  private:
    class ModemGuard;

    asio::awaitable<void> run();
    asio::awaitable<Error> attempt();
    std::optional<std::chrono::milliseconds> schedule_retry(const Error& end);

    PortInfo port_;
    Host& host_;
    Log log_;
    asio::any_io_executor executor_;
    asio::steady_timer retry_timer_;
    asio::cancellation_signal cancellation_;
    Backoff backoff_{std::chrono::minutes(1)};
    PortState state_ = PortState::probing;
    Error reason_; ///< its code counts in the states that follow an error only
    std::shared_ptr<Modem> modem_;
    std::unique_ptr<Inhibition> inhibition_; ///< from before the port is opened, and while it is tried again
    bool claimed_ = false;                   ///< another program was found to hold the port
    std::optional<std::chrono::sys_seconds> retry_at_;
    bool stopped_ = false;
};

} // namespace bgs2
