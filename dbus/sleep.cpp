// SPDX-License-Identifier: Apache-2.0
#include "dbus/sleep.h"

#include "daemon/base/spawn.h"
#include "dbus/sdbus/sdbus.h"

#include <exception>
#include <utility>

namespace bgs2::dbus {
namespace {

constexpr const char* login_name = "org.freedesktop.login1";
constexpr const char* login_path = "/org/freedesktop/login1";
constexpr const char* login_manager = "org.freedesktop.login1.Manager";

constexpr const char* login_owner_rule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.login1'";
constexpr const char* preparation_rule =
    "type='signal',sender='org.freedesktop.login1',path='/org/freedesktop/login1',"
    "interface='org.freedesktop.login1.Manager',member='PrepareForSleep'";

} // namespace

Sleep::Sleep(sdbus::IConnection& connection, ReplyContext context, Log log, Actions actions)
  : connection_(connection)
  , context_(std::move(context))
  , log_(std::move(log))
  , actions_(std::move(actions))
  , bus_(bus::make_proxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus"))
  , owner_changes_(bus::watch(connection, login_owner_rule,
                              [this](sdbus::Message& message) {
                                  std::string whose;
                                  std::string before;
                                  std::string now;
                                  message >> whose >> before >> now;
                                  owned_by(now);
                              }))
  , preparations_(bus::watch(connection, preparation_rule, [this](sdbus::Message& message) {
      bool begins = false;
      message >> begins;
      prepare(begins);
  })) {
    bus_->callMethodAsync("GetNameOwner")
        .onInterface("org.freedesktop.DBus")
        .withArguments(login_name)
        .uponReplyInvoke([this](bus::ReplyError error, const std::string& owner) {
            if (!error)
                owned_by(owner);
        });
}

void Sleep::stop() {
    stopped_ = true;
    owner_changes_.reset();
    preparations_.reset();
    bus_.reset();
    logind_.reset();
    lock_.reset();
}

void Sleep::owned_by(const std::string& owner) {
    if (stopped_ || owner == owner_)
        return;
    owner_ = owner;
    lock_.reset();
    // By its unique name: a message to that does not activate a service.
    logind_ = owner.empty() ? nullptr : bus::make_proxy(connection_, owner, login_path);
    if (!asleep_) {
        take();
        return;
    }
    // Only the logind that announced the sleep would report its end.
    log_.info("logind ended while the machine was about to sleep");
    prepare(false);
}

void Sleep::take() {
    if (!logind_)
        return;
    try {
        logind_->callMethodAsync("Inhibit")
            .onInterface(login_manager)
            .withArguments("sleep", "bgs2d", "A certificate may be being written to a modem", "delay")
            .uponReplyInvoke([this](bus::ReplyError error, const sdbus::UnixFd& lock) {
                if (!error)
                    lock_ = lock;
                else
                    log_.info("cannot delay the sleep of the machine: {}", error->getMessage());
            });
        context_.sent();
    } catch (const sdbus::Error& e) {
        context_.failed("call logind", e);
    }
}

void Sleep::prepare(bool begins) {
    if (stopped_)
        return;
    asleep_ = begins;
    if (suspending_)
        return; // it goes on when that has ended
    if (begins)
        spawn(context_.executor, suspend());
    else
        resume();
}

asio::awaitable<void> Sleep::suspend() {
    const auto self = shared_from_this();
    suspending_ = true;
    log_.info("the machine is about to sleep: releasing the ports");
    try {
        co_await actions_.suspend();
    } catch (const std::exception& e) { // the machine sleeps all the same
        log_.error("unexpected error: {}", e.what());
    }
    suspending_ = false;
    lock_.reset();
    if (!asleep_ && !stopped_)
        resume();
}

void Sleep::resume() {
    log_.info("the machine was asleep");
    actions_.resume();
    take();
}

} // namespace bgs2::dbus
