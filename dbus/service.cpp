// SPDX-License-Identifier: Apache-2.0
#include "dbus/service.h"

#include "dbus/names.h"

#include <asio/post.hpp>
#include <sdbus-c++/sdbus-c++.h>

#include <utility>

namespace bgs2::dbus {

Service::Service(asio::any_io_executor executor, const Fleet& fleet, Controls controls, Pump::Lost lost,
                 ModemManager::OnConflict on_conflict, const Log& log)
  : executor_(std::move(executor))
  , connection_(sdbus::createSystemBusConnection())
  , context_{executor_, [this] { send([] {}); }}
  , authority_(std::make_shared<Authority>(*connection_, context_))
  , modem_manager_(std::make_shared<ModemManager>(*connection_, context_, log, std::move(on_conflict)))
  , manager_(*connection_, context_, fleet, std::move(controls), authority_)
  , pump_(executor_, *connection_, std::move(lost)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): only for want of memory
Service::~Service() {
    authority_->stop(); // its pending checks may outlive the connection
    modem_manager_->stop();
}

void Service::own_name() {
    connection_->requestName(bus_name);
    pump_.arm();
}

void Service::stop() {
    authority_->stop();
    modem_manager_->stop();
    pump_.stop();
}

void Service::set_policy_status(PolicyStatus status) {
    send([&] { manager_.set_policy_status(std::move(status)); });
}

void Service::history_changed() {
    send([&] { manager_.history_changed(); });
}

void Service::modem_added(const std::shared_ptr<Modem>& modem) {
    send([&] {
        modems_[modem->identity().imei] =
            std::make_unique<ModemObject>(*connection_, context_, modem, authority_);
    });
}

void Service::modem_changed(const Modem& modem) {
    changed_modems_.insert(modem.identity().imei);
    publish_later();
}

void Service::modem_removed(const Modem& modem) {
    send([&] { modems_.erase(modem.identity().imei); });
}

void Service::job_added(const std::shared_ptr<Job>& job) {
    send(
        [&] { jobs_[job->number()] = std::make_unique<JobObject>(*connection_, context_, job, authority_); });
}

void Service::job_changed(const Job& job) {
    changed_jobs_.insert(job.number());
    if (!job.finished()) {
        publish_later();
        return;
    }
    publish(); // before JobCompleted, so that its receivers see the final properties
    const auto& error = job.error();
    send([&] {
        manager_.emitJobCompleted(job_path(job.number()), !error, error ? std::string(word(error->code)) : "",
                                  error ? to_lines(*error) : "");
    });
}

void Service::job_removed(const Job& job) {
    send([&] { jobs_.erase(job.number()); });
}

void Service::send(const std::function<void()>& sending) {
    try {
        sending();
        pump_.arm();
    } catch (const sdbus::Error& e) {
        pump_.lose(e.getMessage());
    }
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
    send([&] {
        for (const std::string& imei : std::exchange(changed_modems_, {})) {
            if (const auto modem = modems_.find(imei); modem != modems_.end())
                modem->second->publish();
        }
        for (const std::uint64_t number : std::exchange(changed_jobs_, {})) {
            if (const auto job = jobs_.find(number); job != jobs_.end())
                job->second->publish();
        }
    });
}

} // namespace bgs2::dbus
