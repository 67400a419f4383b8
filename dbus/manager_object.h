// SPDX-License-Identifier: Apache-2.0
// io.bgs2d1.Manager: the daemon on the bus.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/immovable.h"
#include "daemon/history/recorder.h"
#include "daemon/policy/directories.h"
#include "daemon/port/fleet.h"
#include "dbus/adaptor.h"
#include "dbus/authority.h"
#include "dbus/dictionary.h"
#include "dbus/port_borrowers.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::dbus {

/// The operations of the manager that the fleet does not provide.
struct Controls {
    std::string version;
    /// Reads configuration and policies again; returns the problems once they are applied.
    std::function<asio::awaitable<std::vector<std::string>>()> reload;
    std::function<void()> rescan;        ///< enumerates the ports again
    const policy::PolicyStore& policies; ///< the active policies and the problems of the last load
    history::Recorder& history;
    Background& background; ///< for blocking work
};

/// The state of the policies, as the properties report it.
struct PolicyStatus {
    std::uint64_t generation = 0;
    std::vector<std::string> errors;

    bool operator==(const PolicyStatus&) const = default;
};

class ManagerObject final
  : public sdbus::AdaptorInterfaces<io::bgs2d1::Manager_adaptor, sdbus::Properties_adaptor,
                                    sdbus::ObjectManager_adaptor>,
    Immovable {
  public:
    ManagerObject(sdbus::IConnection& connection, ReplyContext context, const Fleet& fleet, Controls controls,
                  std::shared_ptr<Authority> authority, std::shared_ptr<PortBorrowers> borrowers);
    ~ManagerObject();

    void set_policy_status(PolicyStatus status);
    void history_changed();
    void port_wanted(const std::string& device, const std::string& reason,
                     std::optional<std::chrono::sys_seconds> deadline);
    void port_released(const std::string& device);

  private:
    std::vector<sdbus::ObjectPath> ListModems() override;
    sdbus::ObjectPath GetModem(const Text& imei) override;
    std::vector<Dictionary> ListPorts() override;
    void Rights(sdbus::Result<std::vector<Text>>&& result) override;
    void Rescan(sdbus::Result<>&& result) override;
    void Reload(sdbus::Result<std::vector<Text>>&& result) override;
    std::vector<Dictionary> ListPolicies() override;
    std::vector<Dictionary> ExplainPolicy(const Text& imei) override;
    void CheckPolicy(sdbus::Result<std::vector<Text>>&& result, sdbus::UnixFd policy) override;
    void BorrowPort(sdbus::Result<>&& result, Text device, Dictionary options) override;
    void ReleasePort(sdbus::Result<>&& result, Text device, Dictionary options) override;
    void History(sdbus::Result<std::vector<Dictionary>>&& result, Dictionary filter) override;

    Text Version() override { return controls_.version; }
    std::uint64_t PolicyGeneration() override { return policy_.generation; }
    std::vector<Text> PolicyErrors() override { return on_bus(policy_.errors); }
    std::uint64_t HistoryLostSince() override;

    ReplyContext context_;
    const Fleet& fleet_;
    Controls controls_;
    std::shared_ptr<Authority> authority_;
    std::shared_ptr<PortBorrowers> borrowers_;
    PolicyStatus policy_;
};

} // namespace bgs2::dbus
