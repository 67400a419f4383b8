// SPDX-License-Identifier: Apache-2.0
#include "dbus/units.h"

#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <system_error>
#include <utility>

namespace bgs2::dbus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* systemd_name = "org.freedesktop.systemd1";
constexpr const char* systemd_path = "/org/freedesktop/systemd1";
constexpr const char* systemd_manager = "org.freedesktop.systemd1.Manager";
constexpr const char* systemd_unit = "org.freedesktop.systemd1.Unit";
constexpr const char* systemd_job = "org.freedesktop.systemd1.Job";
constexpr auto call_timeout = 25s; // polkit may have to be started
constexpr auto job_timeout = 2min;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::ranges::find(list, word) != list.end();
}

Exception cancelled(std::string_view what) {
    return Exception(Error{ErrorCode::cancelled, fmt::format("cannot {}: cancelled", what),
                           "call again if the port is still there"});
}

} // namespace

sdbus::Slot watch_jobs(sdbus::IConnection& connection,
                       std::function<void(const std::string& job, const std::string& result)> removed) {
    return bus::watch(connection,
                      "type='signal',sender='org.freedesktop.systemd1',"
                      "path='/org/freedesktop/systemd1',"
                      "interface='org.freedesktop.systemd1.Manager',member='JobRemoved'",
                      [removed = std::move(removed)](sdbus::Message& message) {
                          std::uint32_t number = 0;
                          sdbus::ObjectPath job;
                          std::string unit;
                          std::string result;
                          message >> number >> job >> unit >> result;
                          removed(job, result);
                      });
}

std::optional<Error> start_error(std::string_view what, const std::string& result) {
    if (is_one_of(result, {"done", "skipped"}))
        return std::nullopt;
    return Error{ErrorCode::failed, fmt::format("cannot {}: the result is '{}'", what, printable(result)),
                 "check the unit with 'systemctl status'"};
}

Exception unit_error(std::string_view what, const sdbus::Error& error) {
    const std::string& name = error.getName();
    const auto make = [&](ErrorCode code, std::string_view why, std::string hint) {
        return Exception(Error{code, fmt::format("cannot {}: {}", what, why), std::move(hint)});
    };
    if (is_one_of(name, {"org.freedesktop.DBus.Error.AccessDenied",
                         "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"}))
        return make(
            ErrorCode::access_denied, "permission denied, requires org.freedesktop.systemd1.manage-units",
            "authorize the user bgs2d for this unit in /etc/polkit-1/rules.d/50-bgs2d-units.rules, see "
            "bgs2d(8)");
    if (is_one_of(name, {"org.freedesktop.systemd1.NoSuchUnit", "org.freedesktop.systemd1.UnitMasked"}))
        return make(ErrorCode::not_found, printable(error.getMessage()),
                    "correct borrow-from of the policy, or check the unit with systemctl");
    if (is_one_of(name, {"org.freedesktop.DBus.Error.ServiceUnknown",
                         "org.freedesktop.DBus.Error.NameHasNoOwner"}) ||
        name.starts_with("org.freedesktop.DBus.Error.Spawn."))
        return make(ErrorCode::failed, "systemd is not on the system bus",
                    "remove borrow-from from the policy, or start systemd as the service manager");
    if (is_one_of(name, {"org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout"}))
        return make(ErrorCode::modem_timeout,
                    fmt::format("systemd did not answer within {} s", call_timeout.count()),
                    "check systemd and polkit with 'systemctl status'");
    return make(ErrorCode::failed, printable(error.getMessage()), "check the unit with 'systemctl status'");
}

/// Enables the signals of systemd for its lifetime.
class Units::JobSignals : bgs2::Immovable {
  public:
    explicit JobSignals(Units& units)
      : units_(units) {
        if (units_.jobs_++ == 0)
            units_.send("Subscribe");
    }
    ~JobSignals() { // NOLINT(bugprone-exception-escape): only without any memory left
        if (--units_.jobs_ > 0)
            return;
        units_.ended_.clear();
        units_.send("Unsubscribe");
    }

  private:
    Units& units_;
};

Units::Units(sdbus::IConnection& connection, ReplyContext context)
  : connection_(connection)
  , context_(std::move(context))
  , manager_(bus::make_proxy(connection, systemd_name, systemd_path))
  , removed_jobs_(watch_jobs(connection, [this](const std::string& job, const std::string& result) {
      if (jobs_ == 0)
          return;
      ended_.insert_or_assign(job, result);
      wake();
  })) {}

void Units::close() {
    closed_ = true;
    removed_jobs_.reset();
    manager_.reset();
    wake();
}

void Units::wake() {
    for (const auto& timer : waiting_)
        timer->cancel();
}

void Units::send(const char* method) {
    if (closed_)
        return;
    try {
        manager_->callMethodAsync(method).onInterface(systemd_manager).uponReplyInvoke([](bus::ReplyError) {
        });
        context_.sent();
    } catch (const sdbus::Error& e) {
        context_.failed("call systemd", e);
    }
}

asio::awaitable<void> Units::wait(Clock::time_point deadline, std::string what) {
    const auto timer = std::make_shared<asio::steady_timer>(context_.executor);
    timer->expires_at(deadline);
    waiting_.insert(timer);
    std::error_code woken;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    waiting_.erase(timer);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (closed_ || state.cancelled() != asio::cancellation_type::none)
        throw cancelled(what);
}

template<class Answer>
asio::awaitable<Answer> Units::answer_to(std::string what, std::function<void(ReplyHandler<Answer>)> call) {
    if (closed_)
        throw cancelled(what);
    const auto answer = std::make_shared<std::optional<std::expected<Answer, sdbus::Error>>>();
    try {
        call([this, answer](bus::ReplyError error, const Answer& value) {
            if (error)
                *answer = std::unexpected(*error);
            else
                *answer = value;
            wake();
        });
        // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): it loses track of the moved function
        context_.sent();
    } catch (const sdbus::Error& error) {
        *answer = std::unexpected(error);
    }
    while (!answer->has_value())
        co_await wait(Clock::time_point::max(), what); // sd-bus ends a call without a reply
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the loop ends with a value only
    std::expected<Answer, sdbus::Error> result = std::move(**answer);
    if (!result)
        throw unit_error(what, result.error());
    co_return std::move(*result);
}

asio::awaitable<sdbus::ObjectPath> Units::call_manager(const char* method, std::string unit,
                                                       std::string what) {
    std::function<void(ReplyHandler<sdbus::ObjectPath>)> call =
        [this, method, unit](ReplyHandler<sdbus::ObjectPath> handler) {
            const std::string name(method); // the invoker refers to it
            auto calling = manager_->callMethodAsync(name);
            calling.onInterface(systemd_manager).withTimeout(call_timeout);
            if (name == "LoadUnit")
                calling.withArguments(unit);
            else
                calling.withArguments(unit, std::string("replace"));
            calling.uponReplyInvoke(std::move(handler));
        };
    co_return co_await answer_to<sdbus::ObjectPath>(std::move(what), std::move(call));
}

asio::awaitable<sdbus::Variant> Units::property(std::string object, const char* interface, const char* name,
                                                std::string what) {
    // It has to live until the reply: its end would cancel the call.
    const auto proxy = bus::make_proxy(connection_, systemd_name, std::move(object));
    std::function<void(ReplyHandler<sdbus::Variant>)> call = [&proxy, interface,
                                                              name](ReplyHandler<sdbus::Variant> handler) {
        proxy->callMethodAsync("Get")
            .onInterface("org.freedesktop.DBus.Properties")
            .withTimeout(call_timeout)
            .withArguments(std::string(interface), std::string(name))
            .uponReplyInvoke(std::move(handler));
    };
    co_return co_await answer_to<sdbus::Variant>(std::move(what), std::move(call));
}

asio::awaitable<bool> Units::is_active(std::string unit) {
    const std::string what = "read the state of " + unit;
    const std::string path = co_await call_manager("LoadUnit", unit, what);
    const auto loaded = co_await property(path, systemd_unit, "LoadState", what);
    if (loaded.get<std::string>() == "not-found")
        throw Exception(Error{ErrorCode::not_found, fmt::format("cannot {}: there is no such unit", what),
                              "correct borrow-from of the policy"});
    const auto state = co_await property(path, systemd_unit, "ActiveState", what);
    if (is_one_of(state.get<std::string>(), {"active", "activating", "reloading", "refreshing"}))
        co_return true;
    // Its start may be waiting for another unit, such as bgs2d.service.
    const auto pending = co_await property(path, systemd_unit, "Job", what);
    const auto job = pending.get<sdbus::Struct<std::uint32_t, sdbus::ObjectPath>>();
    if (job.get<0>() == 0)
        co_return false;
    std::string type;
    try {
        const auto value = co_await property(job.get<1>(), systemd_job, "JobType", what);
        type = value.get<std::string>();
    } catch (const Exception& e) {
        if (e.error().code == ErrorCode::cancelled)
            throw;
    }
    if (type.empty()) { // the job has ended meanwhile
        const auto now = co_await property(path, systemd_unit, "ActiveState", what);
        co_return is_one_of(now.get<std::string>(), {"active", "activating"});
    }
    co_return type != "stop" && type != "verify-active";
}

asio::awaitable<std::string> Units::result_of(std::string job, std::string what) {
    const auto deadline = Clock::now() + job_timeout;
    for (;;) {
        if (const auto ended = ended_.find(job); ended != ended_.end())
            co_return ended->second;
        if (Clock::now() >= deadline)
            throw Exception(
                Error{ErrorCode::modem_timeout,
                      fmt::format("cannot {}: systemd has not done it after {} s", what,
                                  std::chrono::duration_cast<std::chrono::seconds>(job_timeout).count()),
                      "check the unit with 'systemctl status', and 'systemctl list-jobs'"});
        co_await wait(deadline, what);
    }
}

asio::awaitable<void> Units::stop(std::string unit) {
    const std::string what = "stop " + unit;
    const JobSignals signals(*this);
    std::string job;
    try {
        job = co_await call_manager("StopUnit", unit, what);
    } catch (const Exception& e) {
        // The call may have arrived if there is no reply.
        if (e.error().code == ErrorCode::modem_timeout || e.error().code == ErrorCode::cancelled)
            throw;
        throw StopRefused(e.error());
    }
    const std::string result = co_await result_of(job, what);
    if (is_one_of(result, {"done", "skipped"}))
        co_return;
    if (result == "canceled")
        throw Exception(Error{ErrorCode::failed,
                              fmt::format("cannot {}: another program started it meanwhile", what),
                              "check what starts the unit, such as Restart= or a timer"});
    throw Exception(Error{ErrorCode::failed,
                          fmt::format("cannot {}: the result is '{}'", what, printable(result)),
                          "check the unit with 'systemctl status'"});
}

asio::awaitable<void> Units::start(std::string unit) {
    const std::string what = "start " + unit;
    const JobSignals signals(*this);
    const std::string job = co_await call_manager("StartUnit", std::move(unit), what);
    if (auto error = start_error(what, co_await result_of(job, what)))
        throw Exception(std::move(*error));
}

} // namespace bgs2::dbus
