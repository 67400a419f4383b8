// SPDX-License-Identifier: Apache-2.0
#include "dbus/service.h"

#include "dbus/names.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/post.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace bgs2::dbus {

Service::Service(asio::any_io_executor executor, Fleet& fleet, Controls controls, Pump::Lost lost,
                 ModemManager::OnConflict on_conflict, ModemManager::OnDeviceUse on_device_use,
                 const Log& log)
  : executor_(std::move(executor))
  , log_(log)
  , connection_(sdbus::createSystemBusConnection())
  , context_{.executor = executor_,
             .sent = [this] { pump_.arm(); },
             .failed = [this](const std::string& do_what,
                              const sdbus::Error& error) { pump_.failed(do_what, error); }}
  , authority_(std::make_shared<Authority>(*connection_, context_, controls.background))
  , modem_manager_(std::make_shared<ModemManager>(*connection_, context_, log, std::move(on_conflict),
                                                  std::move(on_device_use)))
  , units_(*connection_, context_)
  , borrowers_(std::make_shared<PortBorrowers>(*connection_, fleet))
  , manager_(*connection_, context_, fleet, std::move(controls), authority_, borrowers_)
  , pump_(executor_, *connection_, std::move(lost), log) {}

// NOLINTNEXTLINE(bugprone-exception-escape): only for want of memory
Service::~Service() {
    stop();        // pending checks may outlive the connection
    jobs_.clear(); // they emit signals, and report errors to the pump
    modems_.clear();
}

void Service::own_name() {
    bus::request_name(*connection_, bus_name);
    pump_.arm();
}

void Service::watch_sleep(Sleep::Actions actions) {
    sleep_ = std::make_shared<Sleep>(*connection_, context_, log_, std::move(actions));
    pump_.arm();
}

void Service::stop() {
    if (sleep_)
        sleep_->stop();
    authority_->stop();
    hand_overs_->stop();
    modem_manager_->stop();
    units_.close();
    borrowers_->stop();
    pump_.stop();
}

void Service::set_policy_status(PolicyStatus status) {
    send("emit the policies", [&] { manager_.set_policy_status(std::move(status)); });
}

void Service::history_changed() {
    send("emit HistoryLostSince", [&] { manager_.history_changed(); });
}

void Service::modem_added(const std::shared_ptr<Modem>& modem) {
    const std::string& imei = modem->identity().imei;
    send(fmt::format("export the modem {}", imei), [&] {
        modems_.insert_or_assign(
            imei, std::make_unique<ModemObject>(*connection_, context_, modem, authority_, hand_overs_));
    });
}

void Service::modem_changed(const Modem& modem) {
    changed_modems_.insert(modem.identity().imei);
    publish_later();
}

void Service::modem_removed(const Modem& modem) {
    modems_.erase(modem.identity().imei);
    pump_.arm();
}

void Service::port_wanted(const std::string& device, const std::string& reason,
                          std::optional<std::chrono::sys_seconds> deadline) {
    send(fmt::format("emit PortWanted of {}", device),
         [&] { manager_.port_wanted(device, reason, deadline); });
}

void Service::port_released(const std::string& device) {
    send(fmt::format("emit PortReleased of {}", device), [&] { manager_.port_released(device); });
}

void Service::job_added(const std::shared_ptr<Job>& job) {
    send(fmt::format("export the job {}", job->number()), [&] {
        jobs_.insert_or_assign(job->number(),
                               std::make_unique<JobObject>(*connection_, context_, job, authority_));
    });
}

void Service::job_changed(const Job& job) {
    changed_jobs_.insert(job.number());
    if (!job.finished()) {
        publish_later();
        return;
    }
    publish(); // before JobCompleted, so that its receivers see the final properties
    const auto& error = job.error();
    send(fmt::format("emit JobCompleted of the job {}", job.number()), [&] {
        manager_.emitJobCompleted(job_path(job.number()), !error, error ? word(error->code) : "",
                                  error ? to_lines(*error) : "");
    });
}

void Service::job_removed(const Job& job) {
    jobs_.erase(job.number());
    pump_.arm();
}

void Service::send(const std::string& do_what, const std::function<void()>& sending) {
    try {
        sending();
    } catch (const sdbus::Error& e) {
        pump_.failed(do_what, e);
    }
    pump_.arm();
}

/// Publishes all changes of this loop iteration at once.
void Service::publish_later() {
    if (std::exchange(*publishing_, true))
        return;
    asio::post(executor_, [this, alive = std::weak_ptr(publishing_)] {
        if (!alive.expired())
            publish();
    });
}

void Service::publish() {
    *publishing_ = false;
    for (const std::string& imei : std::exchange(changed_modems_, {})) {
        if (const auto modem = modems_.find(imei); modem != modems_.end())
            send(fmt::format("emit changes of the modem {}", imei), [&] { modem->second->publish(); });
    }
    for (const std::uint64_t number : std::exchange(changed_jobs_, {})) {
        if (const auto job = jobs_.find(number); job != jobs_.end())
            send(fmt::format("emit changes of the job {}", number), [&] { job->second->publish(); });
    }
}

} // namespace bgs2::dbus
