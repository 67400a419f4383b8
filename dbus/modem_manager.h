// SPDX-License-Identifier: Apache-2.0
// Inhibits ModemManager for the devices whose ports bgs2d uses.
#pragma once

#include "daemon/base/log.h"
#include "daemon/port/inhibitor.h"
#include "dbus/dictionary.h"
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

namespace bgs2::dbus {

/// Uses InhibitDevice of org.freedesktop.ModemManager1, which ModemManager revokes when the connection is
/// closed. ModemManager grants it for a device that it shows a modem of, refuses it while it probes the
/// device (5 s to half a minute), and does not know devices that it does not use. If ModemManager does not
/// run, nothing is sent, and it is not started.
class ModemManager final : public Inhibitor, public std::enable_shared_from_this<ModemManager> {
  public:
    /// Called when a ModemManager that started later probes a device that bgs2d uses.
    using OnConflict = std::function<void(const std::string& device)>;
    /// Called when the result of use_of() may have changed for any device.
    using OnDeviceUse = std::function<void()>;

    /// `connection` may be destroyed after stop(). Throws sdbus::Error.
    ModemManager(sdbus::IConnection& connection, ReplyContext context, Log log, OnConflict on_conflict,
                 OnDeviceUse on_device_use);

    /// Waits 5 s for an answer. If that is missing, the use is unknown, and OnDeviceUse is called 10 s later.
    asio::awaitable<DeviceUse> use_of(PortInfo port) override;

    /// Waits 5 s for an answer, and 30 s for ModemManager to finish probing the device. A device or a
    /// ModemManager that appeared less than 2 s ago may not have met yet: if ModemManager does not know the
    /// device, asks again until then. ModemManager ignores a port that has ID_MM_PORT_IGNORE=1, but may use
    /// other ports of the device: it is then inhibited only if it shows a modem with that port, or if the
    /// port was `claimed`. A port that is released and used again within a second stays inhibited.
    asio::awaitable<std::unique_ptr<Inhibition>> inhibit(PortInfo port, bool claimed) override;

    /// Sends nothing more and ends all waits.
    void stop();

  private:
    class InhibitLock;

    enum class State {
        not_asked,
        asked, ///< or its objects are being read to decide whether to inhibit it
        active,
        probing, ///< refused for now
        unknown, ///< ModemManager does not know the device
        refused,
    };
    struct Device {
        asio::steady_timer timer;           ///< until its release, or until it is asked for again
        std::multiset<std::string> ports{}; ///< in use
        bool wanted = false;                ///< inhibit it whatever ModemManager shows
        bool was_here_first = false; ///< in use before this ModemManager started, which was not called yet
        State state = State::not_asked;
        std::chrono::steady_clock::time_point appeared{};
    };
    /// The reply of GetManagedObjects: interfaces with their properties, by object.
    using Objects = std::map<sdbus::ObjectPath, std::map<std::string, Dictionary>>;

    void owned_by(const std::string& owner);
    /// Returns when the owner of ModemManager's name is known, or after 5 s.
    asio::awaitable<void> know_owner();
    /// Nothing: no answer, or an error.
    asio::awaitable<std::optional<Objects>> objects();
    void ask_for_use_later();
    void modem_added();
    void add_port(const PortInfo& port, bool wanted);
    void release_port(const std::string& uid, const std::string& port);
    void release(const std::string& uid);
    void send(const std::function<void()>& sending) const;
    void look(const std::string& uid, Device& device);
    void looked(const std::string& uid, const Objects& objects);
    void ask(const std::string& uid, Device& device);
    void ask_later(const std::string& uid, Device& device);
    void answered(const std::string& uid, bus::ReplyError error);
    asio::awaitable<void> wait_while(std::shared_ptr<asio::steady_timer> timer,
                                     std::function<bool()> pending);
    void wake();
    [[nodiscard]] State state_of(const std::string& uid) const;

    sdbus::IConnection& connection_;
    ReplyContext context_;
    Log log_;
    OnConflict on_conflict_;
    OnDeviceUse on_device_use_;
    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> modem_manager_; ///< null: it does not run
    sdbus::Slot owner_changes_;
    sdbus::Slot object_changes_;
    sdbus::Slot state_changes_;
    std::string owner_;
    std::chrono::steady_clock::time_point owned_since_; ///< as far as bgs2d knows
    bool owner_known_ = false;
    std::map<std::string, Device> devices_; ///< in use or just released, by ModemManager's name for them
    std::set<std::shared_ptr<asio::steady_timer>> waiting_; ///< cancelled when the reply arrives
    asio::steady_timer unanswered_;                         ///< until OnDeviceUse, since a use is unknown
    bool stopped_ = false;
};

} // namespace bgs2::dbus
