// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/lending.h"

#include "daemon/base/backoff.h"
#include "daemon/base/spawn.h"

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace bgs2 {
namespace {

constexpr std::chrono::minutes longest_start_interval{1};

/// Pieces of work of the same name are done in their order, so that a file is as the last of them left it.
BackgroundTask bookkeeping() {
    return BackgroundTask("remember the borrowed units", "check the file system of the runtime directory");
}

} // namespace

Lending::Lending(asio::any_io_executor loop, Background& background, UnitControl* control,
                 std::filesystem::path directory, Log log)
  : loop_(std::move(loop))
  , background_(background)
  , control_(control)
  , borrowed_(std::move(directory))
  , log_(std::move(log)) {}

bool Lending::is_lent(const std::string& unit) const {
    return std::ranges::any_of(stopped_, [&unit](const auto& entry) {
        return std::ranges::find(entry.second, unit) != entry.second.end();
    });
}

std::vector<std::string> Lending::stopped_for(const std::string& port) const {
    const auto found = stopped_.find(port);
    return found == stopped_.end() ? std::vector<std::string>() : found->second;
}

asio::awaitable<void> Lending::stop(std::string port, std::vector<std::string> units) {
    std::exception_ptr failure;
    try {
        for (const std::string& unit : units)
            co_await borrow(port, unit);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure)
        co_return;
    give_back(port);
    std::rethrow_exception(failure);
}

asio::awaitable<void> Lending::borrow(std::string port, std::string unit) {
    if (control_ == nullptr)
        throw Exception(Error{ErrorCode::failed,
                              fmt::format("cannot stop {}: there is no service manager", unit),
                              "remove borrow-from from the policy"});
    const std::vector<std::string> before = stopped_for(port);
    if (std::ranges::find(before, unit) != before.end())
        co_return;
    // A unit that another port borrows, or that was not started again yet, is not active, but is owed. An
    // earlier process may have stopped it, and give_back_all() may not have come to it.
    const auto contains = [](const BorrowedUnits& borrowed, const std::string& name) {
        return borrowed.contains(name);
    };
    bool owed = is_lent(unit) || owed_.contains(unit);
    if (!owed)
        owed = co_await in_background(background_, bookkeeping(), contains, borrowed_, unit);
    if (!owed) {
        if (!co_await control_->is_active(unit))
            co_return;
        running_.insert(unit);
    }
    stopped_[port].push_back(unit);
    bool untouched = true;
    std::exception_ptr failure;
    try {
        co_await remember_and_stop(port, unit);
    } catch (const StopRefused&) {
        failure = std::current_exception();
    } catch (...) {
        failure = std::current_exception();
        untouched = false;
    }
    if (!failure || !untouched)
        running_.erase(unit);
    else
        co_await withdraw(port, unit);
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> Lending::remember_and_stop(std::string port, std::string unit) {
    const auto remember = [](const BorrowedUnits& borrowed, const std::string& name) {
        if (auto done = borrowed.remember(name); !done)
            throw StopRefused(std::move(done.error()));
    };
    co_await in_background(background_, bookkeeping(), remember, borrowed_, unit);
    log_.notice("stopping {} for a write to {}", unit, port);
    stopped_since_start_.insert(unit);
    co_await control_->stop(unit);
}

/// A unit that is owed, or was stopped for another port, stays remembered and is given back.
asio::awaitable<void> Lending::withdraw(std::string port, std::string unit) {
    if (!running_.contains(unit))
        co_return;
    std::erase(stopped_[port], unit);
    if (is_lent(unit))
        co_return;
    running_.erase(unit);
    co_await forget(unit);
}

void Lending::give_back(const std::string& port) {
    auto node = stopped_.extract(port);
    if (node.empty() || closed_)
        return;
    std::vector<std::string> units;
    for (std::string& unit : node.mapped()) {
        running_.erase(unit);
        if (!is_lent(unit) && owed_.insert(unit).second)
            units.push_back(std::move(unit));
    }
    std::ranges::reverse(units);
    start_each(units);
}

asio::awaitable<void> Lending::give_back_all() {
    const auto list = [](const BorrowedUnits& borrowed) { return value_or_throw(borrowed.list()); };
    std::vector<std::string> units;
    try {
        units = co_await in_background(background_, bookkeeping(), list, borrowed_);
    } catch (const Exception& e) {
        log_.warning("{}", to_string(e.error()));
    }
    std::erase_if(units,
                  [this](const std::string& unit) { return is_lent(unit) || !owed_.insert(unit).second; });
    if (units.empty())
        co_return;
    log_.notice("an earlier bgs2d stopped {}: starting", fmt::join(units, ", "));
    start_each(units);
}

/// A unit may wait for another one of them, or for bgs2d: none waits here for the one before.
void Lending::start_each(const std::vector<std::string>& units) {
    for (const std::string& unit : units)
        spawn(loop_, start_until_done(unit));
}

asio::awaitable<bool> Lending::start(std::string unit) {
    if (is_lent(unit)) { // by another port meanwhile, which gives it back
        owed_.erase(unit);
        co_return true;
    }
    std::optional<Error> error;
    try {
        if (control_ == nullptr)
            throw Exception(Error{ErrorCode::failed,
                                  fmt::format("cannot start {}: there is no service manager", unit),
                                  fmt::format("run 'systemctl start {}'", unit)});
        log_.info("starting {}", unit);
        stopped_since_start_.erase(unit);
        co_await control_->start(unit);
    } catch (const Exception& e) {
        error = e.error();
    }
    if (error && error->code == ErrorCode::cancelled)
        co_return false;
    if (error && is_lent(unit)) { // its stop has replaced the start
        owed_.erase(unit);
        co_return true;
    }
    if (error && stopped_since_start_.contains(unit)) // and was given back already
        co_return false;
    if (error)
        log_.warning("{}", to_string(*error));
    else
        log_.notice("started {} again", unit);
    if (error && error->code != ErrorCode::not_found)
        co_return false;
    owed_.erase(unit);
    if (!is_lent(unit))
        co_await forget(unit);
    co_return true;
}

asio::awaitable<void> Lending::start_until_done(std::string unit) {
    Backoff backoff(longest_start_interval);
    for (;;) {
        const bool done = co_await start(unit);
        if (done || closed_)
            co_return;
        const auto timer = std::make_shared<asio::steady_timer>(loop_, backoff.next());
        retries_.insert(timer);
        std::error_code cancelled;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        retries_.erase(timer);
        if (closed_)
            co_return;
    }
}

asio::awaitable<void> Lending::forget(std::string unit) {
    const auto remove = [](const BorrowedUnits& borrowed, const std::string& name) {
        value_or_throw(borrowed.forget(name));
    };
    try {
        co_await in_background(background_, bookkeeping(), remove, borrowed_, std::move(unit));
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::cancelled)
            log_.warning("{}", to_string(e.error()));
    }
}

void Lending::close() {
    closed_ = true;
    for (const auto& timer : retries_)
        timer->cancel();
}

} // namespace bgs2
