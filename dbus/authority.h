// SPDX-License-Identifier: Apache-2.0
// Checks the authorization of callers. The default is to refuse.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "dbus/caller.h"
#include "dbus/dictionary.h"
#include "dbus/polkit_action.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <sys/types.h>

namespace bgs2::dbus {

class Authority {
  public:
    /// `connection` may be destroyed after stop(). Groups are looked up in `background`: the name service may
    /// be on a network.
    Authority(sdbus::IConnection& connection, ReplyContext context, Background& background);

    /// Returns the caller's user if it is authorized for the action; uid 0 always is. polkit decides for all
    /// others, and may ask for a password for at most 5 minutes if the caller allows that. Without polkit,
    /// members of the group bgs2d are authorized. Throws Exception: AccessDenied, which names the action;
    /// Busy, if 16 interactive calls of the same user are pending; Cancelled after stop().
    asio::awaitable<uid_t> require(Caller caller, PolkitAction action);

    /// Whether require() would return. Throws the same errors, except AccessDenied.
    asio::awaitable<bool> has(Caller caller, PolkitAction action);

    /// Cancels all pending checks and starts no new ones.
    void stop();

  private:
    /// is_authorized, is_challenge, details; see CheckAuthorization of org.freedesktop.PolicyKit1.Authority.
    using AuthorizationResult = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

    template<class Answer>
    using ReplyHandler = std::function<void(bus::ReplyError error, const Answer& answer)>;

    asio::awaitable<Dictionary> credentials(const std::string& name);
    class PendingCheck;
    asio::awaitable<std::expected<AuthorizationResult, sdbus::Error>> ask_polkit(const Caller& caller,
                                                                                 PolkitAction action);
    /// Waits for the reply to `call`.
    template<class Answer>
    asio::awaitable<std::expected<Answer, sdbus::Error>>
    answer_to(std::function<void(ReplyHandler<Answer> handler)> call);
    void require_running() const;

    asio::awaitable<bool> is_member(const Dictionary& credentials);

    ReplyContext context_;
    Background& background_;
    /// The bus driver knows its connections; a lookup in /proc would race with a caller that exits.
    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> polkit_;
    std::set<std::shared_ptr<asio::steady_timer>> waiting_; ///< cancelled when the reply arrives
    std::multiset<uid_t> asked_; ///< users whom polkit may be asking for a password
    std::uint64_t checks_ = 0;   ///< the number of the last check, its cancellation id
    bool stopped_ = false;
};

} // namespace bgs2::dbus
