// SPDX-License-Identifier: Apache-2.0
#include "dbus/unit_starter.h"

#include "dbus/names.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <poll.h>
#include <sys/types.h>
#include <utility>

namespace bgs2::dbus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds start_timeout{5};

Expected<void> result_of(const std::string& what, const std::map<std::string, std::string>& ended,
                         const std::string& job) {
    const auto found = ended.find(job);
    if (found == ended.end())
        return fail(ErrorCode::modem_timeout,
                    fmt::format("cannot {}: systemd has not done it after {} s", what, start_timeout.count()),
                    "check the unit with 'systemctl status', and 'systemctl list-jobs'");
    if (auto error = start_error(what, found->second))
        return std::unexpected(std::move(*error));
    return {};
}

} // namespace

UnitStarter::UnitStarter()
  : connection_(sdbus::createSystemBusConnection()) {}

bool UnitStarter::daemon_is_running() {
    const auto bus = bus::make_proxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    std::uint32_t pid = 0;
    try {
        bus->callMethod("GetConnectionUnixProcessID")
            .onInterface("org.freedesktop.DBus")
            .withTimeout(start_timeout)
            .withArguments(std::string(bus_name))
            .storeResultsTo(pid);
    } catch (const sdbus::Error& e) {
        if (e.getName() == "org.freedesktop.DBus.Error.NameHasNoOwner")
            return false;
        throw;
    }
    // The bus may not have noticed yet that the process has ended.
    return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

Expected<std::string> UnitStarter::request(const std::string& unit) {
    const auto manager =
        bus::make_proxy(*connection_, "org.freedesktop.systemd1", "/org/freedesktop/systemd1");
    sdbus::ObjectPath job;
    try {
        manager->callMethod("StartUnit")
            .onInterface("org.freedesktop.systemd1.Manager")
            .withTimeout(start_timeout)
            .withArguments(unit, std::string("replace"))
            .storeResultsTo(job);
    } catch (const sdbus::Error& e) {
        return std::unexpected(unit_error("start " + unit, e).error());
    }
    return job;
}

std::vector<Expected<void>> UnitStarter::start(const std::vector<std::string>& units) {
    std::map<std::string, std::string> ended; // results by job
    const auto removed_jobs =
        watch_jobs(*connection_, [&ended](const std::string& job, const std::string& result) {
            ended.insert_or_assign(job, result);
        });
    std::vector<Expected<std::string>> jobs;
    jobs.reserve(units.size());
    for (const std::string& unit : units)
        jobs.push_back(request(unit));

    const auto has_ended = [&ended](const auto& job) { return !job || ended.contains(*job); };
    const auto deadline = Clock::now() + start_timeout;
    while (!std::ranges::all_of(jobs, has_ended) && Clock::now() < deadline) {
        if (bus::process_one(*connection_))
            continue;
        const auto data = connection_->getEventLoopPollData();
        pollfd socket{.fd = data.fd, .events = data.events, .revents = 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        ::poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    }

    std::vector<Expected<void>> results;
    results.reserve(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (jobs[i])
            results.push_back(result_of("start " + units[i], ended, *jobs[i]));
        else
            results.emplace_back(std::unexpected(jobs[i].error()));
    }
    return results;
}

} // namespace bgs2::dbus
