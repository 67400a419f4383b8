// SPDX-License-Identifier: Apache-2.0
#include "dbus/modem_manager.h"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bgs2::dbus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* name = "org.freedesktop.ModemManager1";
constexpr const char* modem_interface = "org.freedesktop.ModemManager1.Modem";
constexpr const char* path = "/org/freedesktop/ModemManager1";
constexpr auto answer_timeout = 5s;
constexpr auto probing_timeout = 30s;
constexpr auto disabling_timeout = 2min; // it may have to end a connection first
constexpr auto release_delay = 1s;       // a port whose properties change is released and used again

constexpr const char* owner_rule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.ModemManager1'";
constexpr const char* modem_rule =
    "type='signal',sender='org.freedesktop.ModemManager1',path='/org/freedesktop/ModemManager1',"
    "interface='org.freedesktop.DBus.ObjectManager',member='InterfacesAdded'";

constexpr std::string_view not_found = "org.freedesktop.ModemManager1.Error.Core.NotFound";
constexpr std::string_view wrong_state = "org.freedesktop.ModemManager1.Error.Core.WrongState";

/// Whether the modem with these properties has one of these ports.
bool has_one(const Dictionary& modem, const std::multiset<std::string>& ports) {
    using Ports = std::vector<sdbus::Struct<std::string, std::uint32_t>>; // name and type
    const auto found = modem.find("Ports");
    if (found == modem.end() || !found->second.contains<Ports>())
        return false;
    return std::ranges::any_of(found->second.get<Ports>(), [&ports](const auto& each) {
        return ports.contains("/dev/" + each.template get<0>());
    });
}

} // namespace

class ModemManager::InhibitLock final : public Inhibition {
  public:
    InhibitLock(const std::shared_ptr<ModemManager>& manager, const PortInfo& port, bool wanted)
      : manager_(manager)
      , uid_(port.physical_device)
      , port_(port.device) {
        manager->add_port(port, wanted);
    }
    ~InhibitLock() override { // NOLINT(bugprone-exception-escape): only without any memory left
        if (const auto manager = manager_.lock())
            manager->release_port(uid_, port_);
    }

    [[nodiscard]] bool active() const override {
        const auto manager = manager_.lock();
        return manager && manager->state_of(uid_) == State::active;
    }

  private:
    std::weak_ptr<ModemManager> manager_;
    std::string uid_;
    std::string port_;
};

ModemManager::ModemManager(sdbus::IConnection& connection, ReplyContext context, Log log,
                           OnConflict on_conflict)
  : connection_(connection)
  , context_(std::move(context))
  , log_(std::move(log))
  , on_conflict_(std::move(on_conflict))
  , bus_(sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus"))
  , owner_changes_(connection.addMatch(owner_rule,
                                       [this](sdbus::Message& message) {
                                           std::string whose;
                                           std::string before;
                                           std::string now;
                                           message >> whose >> before >> now;
                                           owned_by(now);
                                       }))
  , modem_additions_(connection.addMatch(modem_rule, [this](sdbus::Message&) { modem_added(); })) {
    bus_->callMethodAsync("GetNameOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(name)
        .uponReplyInvoke([this](const sdbus::Error* error, const std::string& owner) {
            owned_by(error == nullptr ? owner : "");
        });
}

void ModemManager::stop() {
    stopped_ = true;
    owner_changes_.reset();
    modem_additions_.reset();
    bus_.reset();
    modem_manager_.reset();
    for (auto& [uid, device] : devices_)
        device.release.cancel(); // an active inhibition ends with the connection
    wake();
}

asio::awaitable<DeviceUse> ModemManager::use_of(PortInfo port) {
    (void)port;
    co_return DeviceUse{};
}

asio::awaitable<std::unique_ptr<Inhibition>> ModemManager::inhibit(PortInfo port, bool claimed) {
    const auto self = shared_from_this();
    const std::string& uid = port.physical_device;
    if (stopped_ || uid.empty())
        co_return nullptr;
    auto hold =
        std::make_unique<InhibitLock>(self, port, claimed || port.property("ID_MM_PORT_IGNORE") != "1");
    const auto timer = std::make_shared<asio::steady_timer>(context_.executor);
    waiting_.insert(timer);
    const auto begun = Clock::now();
    auto asked = begun;
    bool was_probing = false;
    while (!stopped_) {
        const State state = state_of(uid);
        if (owner_known_ && state != State::asked && state != State::probing)
            break;
        const bool probing = state == State::probing;
        if (std::exchange(was_probing, probing) && !probing)
            asked = Clock::now();
        timer->expires_at(probing ? begun + probing_timeout : asked + answer_timeout);
        if (timer->expiry() <= Clock::now())
            break;
        std::error_code woken;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            break;
    }
    waiting_.erase(timer);
    co_return hold;
}

void ModemManager::owned_by(const std::string& owner) {
    if (stopped_ || (owner_known_ && owner == owner_))
        return;
    const bool known = std::exchange(owner_known_, true);
    owner_ = owner;
    // By its unique name: a message to that does not activate a service.
    modem_manager_ = owner.empty() ? nullptr : sdbus::createProxy(connection_, owner, path);
    std::erase_if(devices_, [](const auto& entry) { return entry.second.ports.empty(); });
    for (auto& [uid, device] : devices_) {
        device.state = State::not_asked;
        device.was_here_first = known;
        look(uid, device);
    }
    wake();
}

/// A device that it shows a modem of can be inhibited; while it was probed it could not.
void ModemManager::modem_added() {
    for (auto& [uid, device] : devices_) {
        if (!device.ports.empty() && (device.state == State::probing || device.state == State::unknown))
            look(uid, device);
    }
}

void ModemManager::add_port(const PortInfo& port, bool wanted) {
    const auto [place, is_new] =
        devices_.try_emplace(port.physical_device, Device{.release = asio::steady_timer(context_.executor)});
    Device& device = place->second;
    device.ports.insert(port.device);
    device.wanted = device.wanted || wanted;
    device.release.cancel();
    if (device.state != State::asked && device.state != State::active)
        look(port.physical_device, device);
}

void ModemManager::release_port(const std::string& uid, const std::string& port) {
    Device& device = devices_.at(uid);
    device.ports.erase(device.ports.find(port));
    if (stopped_ || !device.ports.empty())
        return;
    device.release.expires_after(release_delay);
    device.release.async_wait([weak = weak_from_this(), uid](const std::error_code& cancelled) {
        if (const auto self = weak.lock(); self && !cancelled)
            self->release(uid);
    });
}

void ModemManager::release(const std::string& uid) {
    const auto found = devices_.find(uid);
    if (found == devices_.end() || !found->second.ports.empty() || found->second.state == State::asked)
        return;
    const Device device = std::move(found->second);
    devices_.erase(found);
    if (device.state != State::active || !modem_manager_)
        return;
    log_.info("ModemManager is no longer inhibited for {}", uid);
    send([&] {
        modem_manager_->callMethodAsync("InhibitDevice")
            .onInterface(name)
            .withArguments(Text(uid), false)
            .uponReplyInvoke([](const sdbus::Error*) {});
    });
}

void ModemManager::send(const std::function<void()>& sending) const {
    try {
        sending();
        context_.sent();
    } catch (const sdbus::Error& e) {
        context_.failed("call ModemManager", e);
    }
}

/// Inhibits the device, or first reads the objects to decide whether to.
void ModemManager::look(const std::string& uid, Device& device) {
    if (!modem_manager_)
        return;
    if (device.wanted) {
        ask(uid, device);
        return;
    }
    device.state = State::asked;
    send([&] {
        modem_manager_->callMethodAsync("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .withTimeout(answer_timeout)
            .uponReplyInvoke([this, uid](const sdbus::Error* error, const Objects& objects) {
                looked(uid, error == nullptr ? objects : Objects());
            });
    });
}

void ModemManager::looked(const std::string& uid, const Objects& objects) {
    Device& device = devices_.at(uid); // it is not released while a reply is pending
    const bool shown = std::ranges::any_of(objects, [&device](const auto& object) {
        const auto modem = object.second.find(modem_interface);
        return modem != object.second.end() && has_one(modem->second, device.ports);
    });
    if (!device.ports.empty() && (shown || device.wanted)) {
        ask(uid, device);
        return;
    }
    device.state = State::unknown;
    if (device.ports.empty())
        release(uid);
    wake();
}

void ModemManager::ask(const std::string& uid, Device& device) {
    device.state = State::asked;
    send([&] {
        modem_manager_->callMethodAsync("InhibitDevice")
            .onInterface(name)
            .withTimeout(disabling_timeout)
            .withArguments(Text(uid), true)
            .uponReplyInvoke([this, uid](const sdbus::Error* error) { answered(uid, error); });
    });
}

void ModemManager::answered(const std::string& uid, const sdbus::Error* error) {
    Device& device = devices_.at(uid); // it is not released while a reply is pending
    const bool was_here_first = std::exchange(device.was_here_first, false);
    if (error == nullptr) {
        device.state = State::active;
        log_.info("ModemManager is inhibited for {}", uid);
    } else if (error->getName() == not_found) {
        device.state = State::unknown;
        log_.debug("ModemManager does not know {}", uid);
    } else if (error->getName() == wrong_state) {
        device.state = State::probing;
        log_.info("ModemManager is probing {} and cannot be inhibited yet", uid);
        if (was_here_first)
            on_conflict_(uid);
    } else {
        device.state = State::refused;
        log_.warning("cannot inhibit ModemManager for {}: {} (authorize the user bgs2d for "
                     "org.freedesktop.ModemManager1.Control in polkit, or set "
                     "ENV{{ID_MM_PORT_IGNORE}}=\"1\" in a udev rule)",
                     uid, error->getMessage());
    }
    if (device.ports.empty())
        release(uid);
    wake();
}

void ModemManager::wake() {
    for (const auto& timer : waiting_)
        timer->cancel();
}

ModemManager::State ModemManager::state_of(const std::string& uid) const {
    const auto found = devices_.find(uid);
    return found == devices_.end() ? State::not_asked : found->second.state;
}

} // namespace bgs2::dbus
