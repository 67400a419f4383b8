// SPDX-License-Identifier: Apache-2.0
#include "dbus/modem_manager.h"

#include "dbus/sdbus/sdbus.h"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
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
constexpr auto unanswered_interval = 10s;
constexpr auto settling_time = 2s; // it may hear of a new device, or at its start of all, after bgs2d
constexpr auto settling_interval = 200ms;

constexpr const char* owner_rule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.ModemManager1'";
constexpr const char* object_rule =
    "type='signal',sender='org.freedesktop.ModemManager1',path='/org/freedesktop/ModemManager1',"
    "interface='org.freedesktop.DBus.ObjectManager'";
constexpr const char* state_rule = "type='signal',sender='org.freedesktop.ModemManager1',"
                                   "interface='org.freedesktop.ModemManager1.Modem',member='StateChanged'";

constexpr std::string_view not_found = "org.freedesktop.ModemManager1.Error.Core.NotFound";
constexpr std::string_view wrong_state = "org.freedesktop.ModemManager1.Error.Core.WrongState";

constexpr std::int32_t first_connected_state = 9; // MM_MODEM_STATE_DISCONNECTING; then connecting, connected
constexpr std::uint32_t ignored_port = 9;         // MM_MODEM_PORT_TYPE_IGNORED

/// Whether the modem with these properties uses one of these ports.
bool has_one(const Dictionary& modem, const std::multiset<std::string>& ports) {
    using Ports = std::vector<sdbus::Struct<std::string, std::uint32_t>>; // name and type
    const auto found = modem.find("Ports");
    if (found == modem.end() || !found->second.contains<Ports>())
        return false;
    return std::ranges::any_of(found->second.get<Ports>(), [&ports](const auto& each) {
        return each.template get<1>() != ignored_port && ports.contains("/dev/" + each.template get<0>());
    });
}

/// A property of a modem; the default of its type if the modem does not have it.
template<class Value>
Value value_of(const Dictionary& modem, const std::string& property) {
    const auto found = modem.find(property);
    return found != modem.end() && found->second.contains<Value>() ? found->second.get<Value>() : Value{};
}

/// When udev first saw the port, by the clock that steady_clock reads; the epoch if that is unknown.
Clock::time_point appearance_of(const PortInfo& port) {
    const std::string text = port.property("USEC_INITIALIZED");
    std::uint64_t microseconds = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, microseconds);
    return Clock::time_point(std::chrono::microseconds(read.ptr == end ? microseconds : 0));
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
                           OnConflict on_conflict, OnDeviceUse on_device_use)
  : connection_(connection)
  , context_(std::move(context))
  , log_(std::move(log))
  , on_conflict_(std::move(on_conflict))
  , on_device_use_(std::move(on_device_use))
  , bus_(bus::make_proxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus"))
  , owner_changes_(bus::watch(connection, owner_rule,
                              [this](sdbus::Message& message) {
                                  std::string whose;
                                  std::string before;
                                  std::string now;
                                  message >> whose >> before >> now;
                                  owned_by(now);
                              }))
  , object_changes_(bus::watch(connection, object_rule,
                               [this](sdbus::Message&) {
                                   modem_added();
                                   on_device_use_();
                               }))
  , state_changes_(bus::watch(connection, state_rule, [this](sdbus::Message&) { on_device_use_(); }))
  , unanswered_(context_.executor) {
    bus_->callMethodAsync("GetNameOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(name)
        .uponReplyInvoke(
            [this](bus::ReplyError error, const std::string& owner) { owned_by(!error ? owner : ""); });
}

void ModemManager::stop() {
    stopped_ = true;
    owner_changes_.reset();
    object_changes_.reset();
    state_changes_.reset();
    bus_.reset();
    modem_manager_.reset();
    unanswered_.cancel();
    for (auto& [uid, device] : devices_)
        device.timer.cancel(); // an active inhibition ends with the connection
    wake();
}

asio::awaitable<DeviceUse> ModemManager::use_of(PortInfo port) {
    const auto self = shared_from_this();
    co_await know_owner();
    std::string asked;
    std::optional<Objects> shown;
    do { // one that ends, or starts, has not answered, but another may
        asked = owner_;
        shown = co_await objects();
    } while (!shown && asked != owner_ && !stopped_);
    DeviceUse use;
    if (!shown) {
        use.unknown = true;
        ask_for_use_later();
        co_return use;
    }
    for (const auto& [path, interfaces] : *shown) {
        const auto modem = interfaces.find(modem_interface);
        if (modem == interfaces.end())
            continue;
        const bool has_port = has_one(modem->second, {port.device});
        const auto device = value_of<std::string>(modem->second, "Device");
        if (!has_port && (device.empty() || device != port.physical_device))
            continue;
        use.managed = true;
        use.has_port = use.has_port || has_port;
        use.connected =
            use.connected || value_of<std::int32_t>(modem->second, "State") >= first_connected_state;
    }
    co_return use;
}

asio::awaitable<void> ModemManager::know_owner() {
    const auto timer = std::make_shared<asio::steady_timer>(context_.executor, answer_timeout);
    std::function<bool()> pending = [this] { return !owner_known_; };
    co_await wait_while(timer, std::move(pending));
}

/// Waits until nothing is `pending`, the timer expires, or the coroutine is cancelled.
asio::awaitable<void> ModemManager::wait_while(std::shared_ptr<asio::steady_timer> timer,
                                               std::function<bool()> pending) {
    waiting_.insert(timer);
    while (pending() && !stopped_ && timer->expiry() > Clock::now()) {
        std::error_code woken;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            break;
    }
    waiting_.erase(timer);
}

/// A ModemManager that hangs sends no signal when it goes on.
void ModemManager::ask_for_use_later() {
    log_.info("ModemManager does not answer: it may have the port");
    unanswered_.expires_after(unanswered_interval);
    unanswered_.async_wait([weak = weak_from_this()](const std::error_code& cancelled) {
        const auto self = weak.lock();
        if (self && !cancelled && !self->stopped_)
            self->on_device_use_();
    });
}

asio::awaitable<std::optional<ModemManager::Objects>> ModemManager::objects() {
    struct Reply {
        asio::steady_timer timer;
        bool arrived = false;
        std::optional<Objects> objects{};
    };
    if (stopped_ || (owner_known_ && !modem_manager_))
        co_return Objects{};
    if (!modem_manager_)
        co_return std::nullopt;
    const auto reply = std::make_shared<Reply>(asio::steady_timer(context_.executor, answer_timeout));
    send([&] {
        modem_manager_->callMethodAsync("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .withTimeout(answer_timeout)
            .uponReplyInvoke([reply](bus::ReplyError error, const Objects& objects) {
                reply->arrived = true;
                if (!error)
                    reply->objects = objects;
                reply->timer.cancel();
            });
    });
    const std::shared_ptr<asio::steady_timer> timer(reply, &reply->timer);
    std::function<bool()> pending = [reply] { return !reply->arrived; };
    co_await wait_while(timer, std::move(pending));
    co_return std::move(reply->objects);
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
    owned_since_ = Clock::now();
    // By its unique name: a message to that does not activate a service.
    modem_manager_ = owner.empty() ? nullptr : bus::make_proxy(connection_, owner, path);
    std::erase_if(devices_, [](const auto& entry) { return entry.second.ports.empty(); });
    for (auto& [uid, device] : devices_) {
        device.timer.cancel();
        device.state = State::not_asked;
        device.was_here_first = known;
        look(uid, device);
    }
    wake();
    if (known)
        on_device_use_();
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
        devices_.try_emplace(port.physical_device, Device{.timer = asio::steady_timer(context_.executor)});
    Device& device = place->second;
    device.ports.insert(port.device);
    device.wanted = device.wanted || wanted;
    device.appeared = std::max(device.appeared, appearance_of(port));
    if (device.state != State::asked)
        device.timer.cancel(); // it is not released
    if (device.state != State::asked && device.state != State::active)
        look(port.physical_device, device);
}

void ModemManager::release_port(const std::string& uid, const std::string& port) {
    Device& device = devices_.at(uid);
    device.ports.erase(device.ports.find(port));
    if (stopped_ || !device.ports.empty())
        return;
    if (device.state == State::asked) // the answer releases it
        return;
    device.timer.expires_after(release_delay);
    device.timer.async_wait([weak = weak_from_this(), uid](const std::error_code& cancelled) {
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
            .uponReplyInvoke([](bus::ReplyError) {});
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
            .uponReplyInvoke([this, uid](bus::ReplyError error, const Objects& objects) {
                looked(uid, !error ? objects : Objects());
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
            .uponReplyInvoke([this, uid](bus::ReplyError error) { answered(uid, error); });
    });
}

/// If it has not heard of the device yet, it would probe a port in use.
void ModemManager::ask_later(const std::string& uid, Device& device) {
    device.timer.expires_after(settling_interval);
    device.timer.async_wait([weak = weak_from_this(), uid](const std::error_code& cancelled) {
        const auto self = weak.lock();
        if (!self || cancelled || self->stopped_ || !self->modem_manager_)
            return;
        self->ask(uid, self->devices_.at(uid)); // it is not released while it is being asked for
    });
}

void ModemManager::answered(const std::string& uid, bus::ReplyError error) {
    Device& device = devices_.at(uid); // it is not released while a reply is pending
    const bool was_here_first = std::exchange(device.was_here_first, false);
    if (!error) {
        device.state = State::active;
        log_.info("ModemManager is inhibited for {}", uid);
    } else if (error->getName() == not_found && !device.ports.empty() &&
               Clock::now() < std::max(device.appeared, owned_since_) + settling_time) {
        ask_later(uid, device);
        return;
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
