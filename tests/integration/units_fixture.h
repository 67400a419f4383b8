// SPDX-License-Identifier: Apache-2.0
// dbus::Units and Lending on the bus of a real systemd.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/log.h"
#include "daemon/base/spawn.h"
#include "daemon/port/lending.h"
#include "dbus/pump.h"
#include "dbus/units.h"
#include "tests/support/accounts.h"
#include "tests/support/service_manager.h"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::test {

/// Awaits the work; `error` lives until that ends.
inline asio::awaitable<void> store_error(asio::awaitable<void> work, std::optional<Error>& error) {
    try {
        co_await std::move(work);
    } catch (const Exception& e) {
        error = e.error();
    }
}

/// A client of the bus with an event loop.
class UnitsClient {
  public:
    UnitsClient(const std::string& bus_address, const std::filesystem::path& run_directory,
                const Account& user = root)
      : connection_(connect_as(user, bus_address))
      , units_(*connection_, {.executor = loop_.get_executor(),
                              .sent = [this] { pump_.arm(); },
                              .failed = [this](const std::string& what,
                                               const sdbus::Error& error) { pump_.failed(what, error); }})
      , pump_(
            loop_.get_executor(), *connection_, [](const std::string&) {}, log_)
      , lending_(loop_.get_executor(), background_, &units_, run_directory, log_) {
        pump_.arm();
    }
    UnitsClient(const UnitsClient&) = delete;
    UnitsClient& operator=(const UnitsClient&) = delete;
    ~UnitsClient() {
        units_.close();
        lending_.close();
        pump_.stop();
        background_.stop();
        run_until([this] { return background_.ended(); });
        loop_.restart();
        loop_.poll();
    }

    [[nodiscard]] dbus::Units& units() { return units_; }
    [[nodiscard]] Lending& lending() { return lending_; }
    [[nodiscard]] const std::vector<std::string>& log() const { return lines_; }

    /// Runs the loop until the condition is true; false: timeout.
    bool run_until(const std::function<bool()>& condition,
                   std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            loop_.restart();
            loop_.run_one_for(std::chrono::milliseconds(10));
        }
        return true;
    }

    void start(asio::awaitable<void> work) { spawn(loop_.get_executor(), std::move(work)); }

    /// The error of the coroutine; nothing if it succeeds.
    std::optional<Error> error_of(asio::awaitable<void> work) {
        std::optional<std::exception_ptr> end;
        asio::co_spawn(loop_, std::move(work), [&end](const std::exception_ptr& error) { end = error; });
        if (!run_until([&end] { return end.has_value(); }))
            throw std::runtime_error("the coroutine does not end");
        try {
            if (*end)
                std::rethrow_exception(*end);
        } catch (const Exception& e) {
            return e.error();
        }
        return std::nullopt;
    }

    std::expected<bool, Error> is_active(const std::string& unit) {
        bool active = false;
        if (auto error = error_of(store_active(unit, active)))
            return std::unexpected(*error);
        return active;
    }

  private:
    asio::awaitable<void> store_active(std::string unit, bool& active) {
        active = co_await units_.is_active(unit);
    }

    std::vector<std::string> lines_;
    Log log_{[this](LogLevel, std::string_view line, const LogFields&) { lines_.emplace_back(line); },
             LogLevel::debug};
    asio::io_context loop_{1};
    Background background_;
    std::unique_ptr<sdbus::IConnection> connection_;
    dbus::Units units_;
    dbus::Pump pump_;
    Lending lending_;
};

/// Skips the test if systemd cannot run here.
class WithServiceManager : public testing::Test {
  protected:
    explicit WithServiceManager(ServiceManager::Polkit polkit = ServiceManager::Polkit::none)
      : polkit_(polkit) {}

    void SetUp() override {
        try {
            manager_ = std::make_unique<ServiceManager>(polkit_);
        } catch (const std::runtime_error& e) {
            GTEST_SKIP() << "SKIPPED: " << e.what();
        }
    }

    [[nodiscard]] ServiceManager& manager() { return *manager_; }
    [[nodiscard]] std::filesystem::path run_directory() { return manager_->path("borrowed"); }
    std::unique_ptr<UnitsClient> client(const Account& user = root) {
        return std::make_unique<UnitsClient>(manager_->bus_address(), run_directory(), user);
    }
    /// The names of the files in the run directory.
    std::set<std::string> remembered() {
        std::set<std::string> names;
        if (std::filesystem::exists(run_directory())) {
            for (const auto& entry : std::filesystem::directory_iterator(run_directory()))
                names.insert(entry.path().filename());
        }
        return names;
    }

  private:
    ServiceManager::Polkit polkit_;
    std::unique_ptr<ServiceManager> manager_;
};

} // namespace bgs2::test
