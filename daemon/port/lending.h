// SPDX-License-Identifier: Apache-2.0
// The units of the service manager that are stopped for a write, and started again whatever happens.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/port/borrowed_units.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace bgs2 {

/// Nothing was done to stop the unit: the service manager refused it, or the unit cannot be remembered.
class StopRefused : public Exception {
  public:
    using Exception::Exception;
};

/// Stops and starts units; implemented by dbus::Units.
class UnitControl : Immovable {
  public:
    virtual ~UnitControl() = default;

    /// Whether the unit is active, or about to be. Throws Exception: NotFound (there is no such unit),
    /// Failed.
    virtual asio::awaitable<bool> is_active(std::string unit) = 0;
    /// Returns when the unit has stopped. Throws StopRefused: AccessDenied (polkit), NotFound, Failed; and
    /// Exception, after which the unit may have stopped: ModemTimeout, Failed, Cancelled.
    virtual asio::awaitable<void> stop(std::string unit) = 0;
    /// Returns when the unit has started. Throws Exception: AccessDenied, NotFound, ModemTimeout, Failed.
    virtual asio::awaitable<void> start(std::string unit) = 0;
};

/// Remembers each unit in `directory` before it is stopped, so that `bgs2d --give-back` (ExecStopPost=) and
/// the next start find it. A unit that several ports borrow from is started after the last of them.
class Lending : Immovable {
  public:
    /// `control`: null if there is no service manager; outlives this object.
    Lending(asio::any_io_executor loop, Background& background, UnitControl* control,
            std::filesystem::path directory, Log log);

    /// Stops those of the units that are active. Throws Exception: those of UnitControl, and Failed if a unit
    /// cannot be remembered; the units that were stopped for `port`, or may have been, are started again
    /// then.
    asio::awaitable<void> stop(std::string port, std::vector<std::string> units);

    /// Requests the start of the units that were stopped for `port`, in the reverse order. Retries a start
    /// that fails, and keeps the unit remembered until it has started or no longer exists.
    void give_back(const std::string& port);

    /// Requests the start of the units that an earlier process remembered, as give_back() does.
    asio::awaitable<void> give_back_all();

    /// The units that are stopped for `port`.
    [[nodiscard]] std::vector<std::string> stopped_for(const std::string& port) const;

    /// Ends all retries, and starts nothing any more: what is remembered is left to `bgs2d --give-back`.
    void close();

  private:
    [[nodiscard]] bool is_lent(const std::string& unit) const;
    asio::awaitable<void> borrow(std::string port, std::string unit);
    asio::awaitable<void> remember_and_stop(std::string port, std::string unit);
    /// After the unit was not stopped for the port.
    asio::awaitable<void> withdraw(std::string port, std::string unit);
    void start_each(const std::vector<std::string>& units);
    /// Whether the unit is started, or need not be.
    asio::awaitable<bool> start(std::string unit);
    asio::awaitable<void> start_until_done(std::string unit);
    asio::awaitable<void> forget(std::string unit);

    asio::any_io_executor loop_;
    Background& background_;
    UnitControl* control_;
    BorrowedUnits borrowed_;
    Log log_;
    std::map<std::string, std::vector<std::string>> stopped_; ///< by port, in the order of stopping
    std::set<std::string> running_;                           ///< of `stopped_`, but may not have stopped yet
    std::set<std::string> owed_;                              ///< given back, and not started yet
    std::set<std::string> stopped_since_start_; ///< a start of these that ends now was replaced by a stop
    std::set<std::shared_ptr<asio::steady_timer>> retries_;
    bool closed_ = false;
};

} // namespace bgs2
