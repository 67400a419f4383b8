// SPDX-License-Identifier: Apache-2.0
// Takes a port from other programs, and gives it back: locks, ModemManager, units.
#pragma once

#include "daemon/at/line_settings.h"
#include "daemon/at/serial_port.h"
#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/port_info.h"
#include "daemon/port/inhibitor.h"
#include "daemon/port/lending.h"
#include "daemon/port/port_holder.h"
#include "daemon/port/release_watch.h"
#include "daemon/port/uucp_lock.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

class PortClaim : Immovable {
  public:
    /// The services that a claim uses; implemented by Fleet.
    class Host : Immovable {
      public:
        virtual ~Host() = default;

        /// Runs blocking work.
        [[nodiscard]] virtual Background& background() = 0;
        /// The directory of UUCP locks.
        [[nodiscard]] virtual const std::filesystem::path& lock_directory() const = 0;
        /// Stops units; null: there is nothing that could.
        [[nodiscard]] virtual Lending* lending() = 0;
        /// The use of the device by ModemManager; see Inhibitor.
        virtual asio::awaitable<DeviceUse> device_use(const PortInfo& port) = 0;
        /// Inhibits ModemManager for the port; see Inhibitor.
        virtual asio::awaitable<std::unique_ptr<Inhibition>> inhibit(const PortInfo& port, bool claimed) = 0;
        /// The other ports on which the modem of this port answered.
        [[nodiscard]] virtual std::vector<PortInfo> other_ports_of_modem(const PortInfo& port) const = 0;
        /// The other named ports of the same module on which one may answer.
        [[nodiscard]] virtual std::vector<PortInfo> siblings(const PortInfo& port) const = 0;
        /// The IMEI of the modem on a sibling; empty: none.
        [[nodiscard]] virtual std::string modem_of_sibling(const PortInfo& port) const = 0;
    };

    /// The purpose of a claim.
    struct Request {
        at::LineSettings settings;
        bool identified = false;     ///< a modem was identified on the port: its other ports serve as well
        bool may_disconnect = false; ///< a connection of ModemManager may be ended
        bool may_interrupt = false;  ///< `units` may be stopped
        std::vector<std::string> units{};
    };

    /// Calls `changed` when the port may be free, after a claim() that failed, until stop_watching().
    PortClaim(asio::any_io_executor executor, PortInfo port, Host& host, std::function<void()> changed);

    /// Opens the port, or another one of the modem, if no other program has it; otherwise interrupts the
    /// program, if that is permitted. Throws Exception: PortClaimed (see holder()), Busy (another port of the
    /// device serves the modem), Cancelled, and those of at::SerialPort.
    asio::awaitable<at::SerialPort> claim(Request request);

    /// Gives everything back, once the port is closed: the locks, ModemManager, the units.
    void release();

    /// The program that has the port, after PortClaimed: "pppd (812)".
    [[nodiscard]] const std::string& holder() const { return holder_; }

    /// Whether `changed` is called when that program releases the port, and trying earlier cannot help.
    [[nodiscard]] bool is_watched() const {
        return watch_ && watch_->active() && holder_is_known_ && !lending_failed_;
    }
    void stop_watching() { watch_.reset(); }

    /// Whether ModemManager is inhibited for the port.
    [[nodiscard]] bool inhibited() const { return inhibition_ && inhibition_->active(); }

    /// Begins nothing more: the next wait ends with Cancelled.
    void stop() { stopped_ = true; }

  private:
    asio::awaitable<Expected<at::SerialPort>> claim_free(PortInfo port, at::LineSettings settings);
    asio::awaitable<Expected<at::SerialPort>> open(PortInfo port, at::LineSettings settings);
    asio::awaitable<void> interrupt_holder(Request request, Error claimed);
    [[nodiscard]] bool helps(const std::vector<std::string>& units) const;
    asio::awaitable<std::optional<Error>> stop_units(std::vector<std::string> units);
    asio::awaitable<bool> gives_way();
    [[nodiscard]] Error claimed_by(const PortInfo& port, const PortHolder& holder);

    asio::any_io_executor executor_;
    PortInfo port_;
    Host& host_;
    std::function<void()> changed_;
    std::unique_ptr<ReleaseWatch> watch_; ///< while the port is claimed or waited for
    std::unique_ptr<UucpLock> lock_;
    std::unique_ptr<Inhibition> inhibition_;
    std::string holder_;
    std::string holding_unit_;     ///< the service that has the port; empty: unknown
    std::string vain_;             ///< the holder that had the port although the units were stopped
    bool holder_is_known_ = false; ///< its release is an event
    bool was_claimed_ = false;     ///< another program had the port
    bool lending_failed_ = false;  ///< a unit could not be stopped
    bool stopped_ = false;
};

} // namespace bgs2
