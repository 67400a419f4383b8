// SPDX-License-Identifier: Apache-2.0
// The one place that says who may have something done. Refusing is the default.
#pragma once

#include "daemon/base/error.h"
#include "dbus/caller.h"
#include "dbus/polkit_action.h"
#include "dbus/serve.h"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <sdbus-c++/Error.h>
#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Types.h>

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
    /// `connection` may go once this is stopped.
    Authority(sdbus::IConnection& connection, ReplyContext context);

    /// Returns if the caller has the right, which uid 0 always has. All others are judged by polkit, which
    /// may have a password asked for, 5 minutes at most, if the caller allows that; where there is no polkit,
    /// members of the group bgs2d have every right. Throws Exception: AccessDenied, which names the right;
    /// Busy, if 16 calls of the same user may have a password asked for already; Cancelled, if this was
    /// stopped.
    asio::awaitable<void> require(Caller caller, PolkitAction right);

    /// Whether require() would return. Throws what it throws, but for AccessDenied.
    asio::awaitable<bool> has(Caller caller, PolkitAction right);

    /// Ends all that waits, and asks nobody any more.
    void stop();

  private:
    using Credentials = std::map<std::string, sdbus::Variant>;
    /// is_authorized, is_challenge, details; see CheckAuthorization of org.freedesktop.PolicyKit1.Authority.
    using AuthorizationResult = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

    template<class Answer>
    using ReplyHandler = std::function<void(const sdbus::Error* error, const Answer& answer)>;

    asio::awaitable<Credentials> credentials(const std::string& name);
    class PendingCheck;
    asio::awaitable<std::expected<AuthorizationResult, sdbus::Error>> ask_polkit(const Caller& caller,
                                                                                 PolkitAction right);
    /// Waits for what `call` is told.
    template<class Answer>
    asio::awaitable<std::expected<Answer, sdbus::Error>>
    answer_to(std::function<void(ReplyHandler<Answer> arrived)> call);
    void require_running() const;

    ReplyContext context_;
    /// The bus itself, which knows who is connected; /proc could be outrun by a caller that exits.
    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> polkit_;
    std::set<std::shared_ptr<asio::steady_timer>> waiting_; ///< cancelled when there is an answer
    std::multiset<uid_t> asked_;                            ///< whom polkit may be asking for a password
    std::uint64_t checks_ = 0;                              ///< by which polkit's are told apart
    bool stopped_ = false;
};

} // namespace bgs2::dbus
