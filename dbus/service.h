// SPDX-License-Identifier: Apache-2.0
// The D-Bus service: a connection, the manager, and an object for each modem and job.
#pragma once

#include "daemon/base/log.h"
#include "daemon/port/fleet.h"
#include "daemon/port/inhibitor.h"
#include "daemon/port/observer.h"
#include "dbus/authority.h"
#include "dbus/hand_over.h"
#include "dbus/job_object.h"
#include "dbus/manager_object.h"
#include "dbus/modem_manager.h"
#include "dbus/modem_object.h"
#include "dbus/port_borrowers.h"
#include "dbus/pump.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"
#include "dbus/sleep.h"
#include "dbus/units.h"

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace bgs2::dbus {

class Service final : public Observer {
  public:
    /// Connects to the system bus (DBUS_SYSTEM_BUS_ADDRESS, if set) and exports the fleet, without a name
    /// yet. Calls `lost` once if the connection is lost. Throws sdbus::Error.
    Service(asio::any_io_executor executor, Fleet& fleet, Controls controls, Pump::Lost lost,
            ModemManager::OnConflict on_conflict, ModemManager::OnDeviceUse on_device_use, const Log& log);
    ~Service() override;

    /// Requests the name io.bgs2d1. Throws sdbus::Error: another process owns it, or the bus refuses it.
    void own_name();

    /// Inhibits ModemManager for ports.
    [[nodiscard]] Inhibitor& inhibitor() { return *modem_manager_; }

    /// Stops and starts units.
    [[nodiscard]] UnitControl& units() { return units_; }
    /// Calls the actions when the machine sleeps. Throws sdbus::Error.
    void watch_sleep(Sleep::Actions actions);

    void set_policy_status(PolicyStatus status);
    /// HistoryLostSince has changed.
    void history_changed();

    /// Accepts no more calls and refuses those that wait for authorization; still emits changes.
    void stop();

    void modem_added(const std::shared_ptr<Modem>& modem) override;
    void modem_changed(const Modem& modem) override;
    void modem_removed(const Modem& modem) override;
    void port_wanted(const std::string& device, const std::string& reason,
                     std::optional<std::chrono::sys_seconds> deadline) override;
    void port_released(const std::string& device) override;
    void job_added(const std::shared_ptr<Job>& job) override;
    void job_changed(const Job& job) override;
    void job_removed(const Job& job) override;

  private:
    /// Calls `sending`; an error becomes "cannot `do_what`: ...".
    void send(const std::string& do_what, const std::function<void()>& sending);
    void publish_later();
    void publish();

    asio::any_io_executor executor_;
    Log log_;
    std::unique_ptr<sdbus::IConnection> connection_;
    ReplyContext context_;
    std::shared_ptr<Authority> authority_;
    std::shared_ptr<HandOvers> hand_overs_ = std::make_shared<HandOvers>();
    std::shared_ptr<ModemManager> modem_manager_;
    Units units_;
    std::shared_ptr<Sleep> sleep_; ///< null until watch_sleep()
    std::shared_ptr<PortBorrowers> borrowers_;
    ManagerObject manager_;
    std::map<std::string, std::unique_ptr<ModemObject>> modems_; ///< by IMEI
    std::map<std::uint64_t, std::unique_ptr<JobObject>> jobs_;
    std::set<std::string> changed_modems_;
    std::set<std::uint64_t> changed_jobs_;
    std::shared_ptr<bool> publishing_ =
        std::make_shared<bool>(false); ///< posted functions may outlive this object
    Pump pump_;
};

} // namespace bgs2::dbus
