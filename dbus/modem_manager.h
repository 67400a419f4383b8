// SPDX-License-Identifier: Apache-2.0
// ModemManager is asked to keep off the devices whose ports are held here.
#pragma once

#include "daemon/base/log.h"
#include "daemon/port/inhibitor.h"
#include "dbus/serve.h"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <sdbus-c++/Error.h>
#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Types.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace bgs2::dbus {

/// By InhibitDevice of org.freedesktop.ModemManager1, which takes back by itself what was asked for over a
/// connection that is gone. ModemManager grants it for a device that it shows a modem of, refuses it while it
/// finds out what a device is (5 s to half a minute), and knows nothing of devices that it has no use for.
/// Where it does not run, nothing is asked, and it is not started.
class ModemManager final : public Inhibitor, public std::enable_shared_from_this<ModemManager> {
  public:
    /// Told of a device that is held while ModemManager, which came later, writes to it to find out what it
    /// is.
    using OnConflict = std::function<void(const std::string& device)>;

    /// `connection` may go once this is stopped. Throws sdbus::Error.
    ModemManager(sdbus::IConnection& connection, ReplyContext context, Log log, OnConflict on_conflict);

    /// Waits 5 s for an answer, and 30 s for ModemManager to find out what the device is. A port with
    /// ID_MM_PORT_IGNORE=1 is left alone by a ModemManager that saw it like that, and other ports of the
    /// device are of use to it: it is asked only if it shows a modem with that port, or if the port was
    /// `claimed`. What is let go of and taken up again within a second was held all the time.
    asio::awaitable<std::unique_ptr<Inhibition>> inhibit(PortInfo port, bool claimed) override;

    /// Asks nothing any more, and ends all that waits.
    void stop();

  private:
    class InhibitLock;

    enum class State {
        not_asked,
        asked, ///< or it is looked up whether to ask
        in_force,
        probing, ///< refused for now
        unknown, ///< to ModemManager
        refused,
    };
    struct Device {
        asio::steady_timer release;
        std::multiset<std::string> ports{}; ///< that are held
        bool wanted = false;                ///< whatever ModemManager shows
        bool was_here_first = false;        ///< than this ModemManager, which was not asked yet
        State state = State::not_asked;
    };
    /// What GetManagedObjects tells: interfaces with their properties, by object.
    using Objects = std::map<sdbus::ObjectPath, std::map<std::string, std::map<std::string, sdbus::Variant>>>;

    void owned_by(const std::string& owner);
    void modem_added();
    void hold(const PortInfo& port, bool wanted);
    void let_go(const std::string& uid, const std::string& port);
    void release(const std::string& uid);
    void send(const std::function<void()>& sending) const;
    void look(const std::string& uid, Device& device);
    void looked(const std::string& uid, const Objects& objects);
    void ask(const std::string& uid, Device& device);
    void answered(const std::string& uid, const sdbus::Error* error);
    void wake();
    [[nodiscard]] State state_of(const std::string& uid) const;

    sdbus::IConnection& connection_;
    ReplyContext context_;
    Log log_;
    OnConflict on_conflict_;
    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> modem_manager_; ///< null: it does not run
    sdbus::Slot owner_changes_;
    sdbus::Slot modem_additions_;
    std::string owner_;
    bool owner_known_ = false;
    std::map<std::string, Device> devices_; ///< that are or were just held, by what ModemManager calls them
    std::set<std::shared_ptr<asio::steady_timer>> waiting_; ///< cancelled when there is an answer
    bool stopped_ = false;
};

} // namespace bgs2::dbus
