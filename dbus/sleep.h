// SPDX-License-Identifier: Apache-2.0
// Delays the sleep of the machine until the ports are closed.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"

#include <asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bgs2::dbus {

/// Has a delay lock of org.freedesktop.login1 (logind), which waits for it InhibitDelayMaxSec= at most, by
/// default 5 s. Without logind nothing is sent, and it is not started; one that starts later is noticed. If
/// logind ends, so does the sleep that it announced.
class Sleep : public std::enable_shared_from_this<Sleep>, Immovable {
  public:
    struct Actions {
        std::function<asio::awaitable<void>()> suspend; ///< before the machine sleeps
        std::function<void()> resume;                   ///< after that; not before `suspend` has ended
    };

    /// `connection` may be destroyed after stop(). Throws sdbus::Error.
    Sleep(sdbus::IConnection& connection, ReplyContext context, Log log, Actions actions);

    /// Releases the lock, sends nothing more and calls no action any more.
    void stop();

  private:
    void owned_by(const std::string& owner);
    void take();
    void prepare(bool begins);
    asio::awaitable<void> suspend();
    void resume();

    sdbus::IConnection& connection_;
    ReplyContext context_;
    Log log_;
    Actions actions_;
    std::unique_ptr<sdbus::IProxy> bus_;
    sdbus::Slot owner_changes_;
    sdbus::Slot preparations_;
    std::unique_ptr<sdbus::IProxy> logind_; ///< null: it does not run
    std::string owner_;                     ///< the unique name of logind
    std::optional<sdbus::UnixFd> lock_;
    bool suspending_ = false; ///< the action runs
    bool asleep_ = false;     ///< or about to be
    bool stopped_ = false;
};

} // namespace bgs2::dbus
