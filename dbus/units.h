// SPDX-License-Identifier: Apache-2.0
// Stops and starts units of systemd.
#pragma once

#include "daemon/port/lending.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace bgs2::dbus {

/// The Exception for an error of systemd or of the bus. `what` is the action: "stop gprs.service".
Exception unit_error(std::string_view what, const sdbus::Error& error);

/// The error for the result of a start job in JobRemoved; nothing if the unit was started.
std::optional<Error> start_error(std::string_view what, const std::string& result);

/// Calls `removed` with the object and the result of each job that ends. Throws sdbus::Error.
sdbus::Slot watch_jobs(sdbus::IConnection& connection,
                       std::function<void(const std::string& job, const std::string& result)> removed);

/// Uses org.freedesktop.systemd1, never with a dialogue: polkit decides by its rules alone. The signals of
/// systemd are enabled only while a job is awaited.
class Units final : public UnitControl {
  public:
    /// `connection` may be destroyed after close(). Throws sdbus::Error.
    Units(sdbus::IConnection& connection, ReplyContext context);

    asio::awaitable<bool> is_active(std::string unit) override;
    /// Waits for the end of the job, at most 2 minutes: as long as systemd waits by default for a service and
    /// for its killed processes.
    asio::awaitable<void> stop(std::string unit) override;
    /// Waits for the end of the job, at most 2 minutes. The job may wait longer for another unit.
    asio::awaitable<void> start(std::string unit) override;

    /// Sends nothing more. All waits throw Exception: Cancelled.
    void close();

  private:
    template<class Answer>
    using ReplyHandler = std::function<void(bus::ReplyError error, const Answer& answer)>;
    class JobSignals;

    /// Waits for the reply to `call`.
    template<class Answer>
    asio::awaitable<Answer> answer_to(std::string what, std::function<void(ReplyHandler<Answer>)> call);
    asio::awaitable<sdbus::ObjectPath> call_manager(const char* method, std::string unit, std::string what);
    asio::awaitable<sdbus::Variant> property(std::string object, const char* interface, const char* name,
                                             std::string what);
    asio::awaitable<std::string> result_of(std::string job, std::string what);
    /// Wakes at `deadline` or at the next event. Throws Exception: Cancelled.
    asio::awaitable<void> wait(std::chrono::steady_clock::time_point deadline, std::string what);
    void send(const char* method);
    void wake();

    sdbus::IConnection& connection_;
    ReplyContext context_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::set<std::shared_ptr<asio::steady_timer>> waiting_; ///< cancelled at each event
    std::map<std::string, std::string> ended_;              ///< results of jobs, while one is awaited
    unsigned jobs_ = 0;                                     ///< that are awaited
    bool closed_ = false;
    sdbus::Slot removed_jobs_;
};

} // namespace bgs2::dbus
