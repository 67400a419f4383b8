// SPDX-License-Identifier: Apache-2.0
// The real systemd as the service manager of a private bus, with units of the test.
#pragma once

#include "dbus/sdbus/sdbus.h"
#include "tests/support/accounts.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bgs2::test {

/// An instance of systemd for users: one for the system has to be process 1. It also asks polkit about other
/// users than its own, which is root. The bus accepts bgs2d. Requires root.
class ServiceManager {
  public:
    enum class Polkit { none, real };

    /// Throws std::runtime_error if it cannot run on this machine.
    explicit ServiceManager(Polkit polkit = Polkit::none);
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;
    ~ServiceManager();

    [[nodiscard]] std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] std::string bus_address() const { return "unix:path=" + path("bus"); }

    /// Writes a unit. One that systemd has loaded requires reload().
    void write_unit(std::string_view name, std::string_view text) const;
    /// A service that runs until it is stopped.
    void write_sleeper(std::string_view name) const;
    /// Writes a file of /usr/share/polkit-1/rules.d.
    void write_rule(std::string_view name, std::string_view text) const;

    /// Calls StartUnit or StopUnit; returns at once.
    void call_for_unit(const std::string& method, const std::string& unit);
    /// Starts the unit, and waits until it is active; false: timeout.
    bool start(const std::string& unit);
    /// Reads the files of all units again.
    void reload();
    /// Calls RestartUnit as another user; "" or the error's name.
    std::string restart_as(const Account& user, const std::string& unit);
    /// ActiveState of the unit.
    [[nodiscard]] std::string state(const std::string& unit);
    /// The process of the service.
    [[nodiscard]] std::uint32_t main_process(const std::string& unit);
    /// False: timeout.
    bool becomes(const std::string& unit, std::string_view state);
    bool eventually(const std::function<bool()>& condition,
                    std::chrono::milliseconds timeout = std::chrono::seconds(20));

    [[nodiscard]] sdbus::IConnection& connection() { return *connection_; }

  private:
    void write_bus() const;
    void start_polkit();
    [[nodiscard]] sdbus::ObjectPath load(const std::string& unit);

    TemporaryDirectory folder_;
    std::unique_ptr<Process> systemd_;
    std::unique_ptr<Process> polkit_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
};

} // namespace bgs2::test
