// SPDX-License-Identifier: Apache-2.0
#include "dbus/authority.h"

#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <grp.h>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <system_error>
#include <utility>
#include <vector>

namespace bgs2::dbus {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view members = "bgs2d"; // with a NUL
constexpr const char* authorization_hint =
    "run it as root or as a member of the group bgs2d, or authorize the user in polkit";
constexpr auto group_timeout = 10s;
/// Asked again: while many descriptors wait for bgs2d in dbus-daemon, it drops its own replies to bgs2d.
constexpr std::array bus_timeouts{1s, 3s, 10s};
constexpr auto polkit_timeout = 15s; // it may have to be started, and callers wait 25 s
constexpr auto password_timeout = 5min;

/// The names of the bus errors for a polkit that is not installed or cannot be started.
constexpr std::array no_polkit_names{
    std::string_view("org.freedesktop.DBus.Error.ServiceUnknown"),
    std::string_view("org.freedesktop.DBus.Error.NameHasNoOwner"),
    std::string_view("org.freedesktop.systemd1.NoSuchUnit"),
    std::string_view("org.freedesktop.systemd1.UnitMasked"),
};

bool is_no_polkit(const sdbus::Error& error) {
    return std::ranges::find(no_polkit_names, std::string_view(error.getName())) != no_polkit_names.end() ||
           error.getName().starts_with("org.freedesktop.DBus.Error.Spawn.");
}

/// Whether a call timed out, as sd-bus reports it.
bool is_late(const sdbus::Error& error) {
    return error.getName() == "org.freedesktop.DBus.Error.NoReply" ||
           error.getName() == "org.freedesktop.DBus.Error.Timeout";
}

std::optional<gid_t> group_id(std::string_view name) {
    group entry{};
    group* found = nullptr;
    std::vector<char> buffer(1024);
    int error = 0;
    // A group may have many members.
    while ((error = ::getgrnam_r(name.data(), &entry, buffer.data(), buffer.size(), &found)) == ERANGE)
        buffer.resize(buffer.size() * 2);
    if (error != 0 || found == nullptr)
        return std::nullopt;
    return entry.gr_gid;
}

std::optional<uid_t> user_of(const Dictionary& credentials) {
    const auto uid = credentials.find("UnixUserID");
    return uid == credentials.end() ? std::nullopt : std::optional(uid->second.get<std::uint32_t>());
}

/// `cause` is the reason of polkit; empty if it just refused.
Exception refusal(PolkitAction action, std::string_view cause, std::string hint) {
    return Exception(Error{ErrorCode::access_denied,
                           fmt::format("cannot {}: permission denied, requires {}{}{}",
                                       table_of<PolkitAction>.at(action).description, word(action),
                                       cause.empty() ? "" : "; ", cause),
                           std::move(hint)});
}

} // namespace

/// A check that may ask the user for a password. Their number is limited: they last long, and the bus limits
/// the pending replies of one connection.
class Authority::PendingCheck : Immovable {
  public:
    PendingCheck(std::multiset<uid_t>& asked, uid_t user)
      : asked_(asked) {
        constexpr std::size_t most = 16;
        if (asked.count(user) >= most)
            throw Exception(Error{ErrorCode::busy,
                                  fmt::format("{} of your calls wait for authorization already", most),
                                  "answer the password dialogues first"});
        place_ = asked.insert(user);
    }
    ~PendingCheck() { asked_.erase(place_); }

  private:
    std::multiset<uid_t>& asked_;
    std::multiset<uid_t>::iterator place_;
};

Authority::Authority(sdbus::IConnection& connection, ReplyContext context, Background& background)
  : context_(std::move(context))
  , background_(background)
  , bus_(bus::make_proxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus"))
  , polkit_(
        bus::make_proxy(connection, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority")) {}

void Authority::stop() {
    stopped_ = true;
    for (const auto& timer : waiting_)
        timer->cancel();
    bus_.reset();
    polkit_.reset();
}

void Authority::require_running() const {
    if (stopped_)
        throw Exception(
            Error{ErrorCode::cancelled, "bgs2d is stopping", "call again after it has restarted"});
}

asio::awaitable<uid_t> Authority::require(Caller caller, PolkitAction action) {
    const Dictionary who = co_await credentials(caller.name);
    const auto user = user_of(who);
    constexpr uid_t unknown = -1;
    if (user == uid_t{0})
        co_return *user;
    std::optional<PendingCheck> pending;
    if (caller.interactive && user)
        pending.emplace(asked_, *user);
    const auto result = co_await ask_polkit(caller, action);
    if (!result) {
        const sdbus::Error& error = result.error();
        if (!is_no_polkit(error))
            throw refusal(action, "polkit did not decide: " + printable(error.getMessage()),
                          "run it as root, or check polkit with 'systemctl status polkit'");
        if (!co_await is_member(who))
            throw refusal(action, "polkit is not available",
                          "run it as root or as a member of the group bgs2d");
        co_return user.value_or(unknown);
    }
    const bool authorized = result->get<0>();
    const bool challenge = result->get<1>();
    if (authorized)
        co_return user.value_or(unknown);
    if (result->get<2>().contains("polkit.dismissed"))
        throw refusal(action, "the password dialogue was cancelled", "call again and enter the password");
    if (challenge && !caller.interactive)
        throw refusal(
            action, "",
            fmt::format("{}, or allow the call to ask for a password, as bgs2ctl does on a terminal",
                        authorization_hint));
    if (challenge)
        throw refusal(action, "no agent can ask for a password",
                      fmt::format("{}, or start pkttyagent", authorization_hint));
    throw refusal(action, "", authorization_hint);
}

asio::awaitable<bool> Authority::has(Caller caller, PolkitAction action) {
    try {
        co_await require(std::move(caller), action);
        co_return true;
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::access_denied)
            throw;
    }
    co_return false;
}

asio::awaitable<bool> Authority::is_member(const Dictionary& credentials) {
    const auto gids = credentials.find("UnixGroupIDs");
    if (gids == credentials.end())
        co_return false;
    const auto list = gids->second.get<std::vector<std::uint32_t>>();
    const auto wanted = co_await in_background(
        background_,
        BackgroundTask(fmt::format("look up the group {}", members),
                       "check the databases of 'group' in nsswitch.conf(5)", group_timeout),
        group_id, members);
    co_return wanted&& std::ranges::find(list, *wanted) != list.end();
}

asio::awaitable<Dictionary> Authority::credentials(const std::string& name) {
    for (const auto timeout : bus_timeouts) {
        std::function<void(ReplyHandler<Dictionary>)> call = [this, name,
                                                              timeout](ReplyHandler<Dictionary> handler) {
            bus_->callMethodAsync("GetConnectionCredentials")
                .onInterface("org.freedesktop.DBus")
                .withTimeout(timeout)
                .withArguments(name)
                .uponReplyInvoke(std::move(handler));
        };
        auto answer = co_await answer_to<Dictionary>(std::move(call));
        if (answer)
            co_return std::move(*answer);
        if (!is_late(answer.error()) || timeout == bus_timeouts.back())
            throw Exception(
                Error{ErrorCode::access_denied,
                      "the bus did not identify the caller: " + printable(answer.error().getMessage()),
                      "call again; 'journalctl -u dbus' may show the reason"});
    }
    std::unreachable();
}

asio::awaitable<std::expected<Authority::AuthorizationResult, sdbus::Error>>
Authority::ask_polkit(const Caller& caller, PolkitAction action) {
    const auto check = std::to_string(++checks_);
    std::function<void(ReplyHandler<AuthorizationResult>)> call =
        [this, caller, action, check](ReplyHandler<AuthorizationResult> handler) {
            constexpr std::uint32_t allow_user_interaction = 1;
            const sdbus::Struct<std::string, Dictionary> subject{"system-bus-name",
                                                                 Dictionary{{"name", caller.name}}};
            polkit_->callMethodAsync("CheckAuthorization")
                .onInterface("org.freedesktop.PolicyKit1.Authority")
                .withTimeout(caller.interactive ? std::chrono::seconds(password_timeout) : polkit_timeout)
                .withArguments(subject, std::string(word(action)), std::map<std::string, std::string>{},
                               caller.interactive ? allow_user_interaction : 0U, check)
                .uponReplyInvoke(std::move(handler));
        };
    auto answer = co_await answer_to<AuthorizationResult>(std::move(call));
    if (!answer && is_late(answer.error())) { // so that its dialogue is closed
        polkit_->callMethodAsync("CancelCheckAuthorization")
            .onInterface("org.freedesktop.PolicyKit1.Authority")
            .withArguments(check)
            .uponReplyInvoke([](bus::ReplyError) {});
        context_.sent();
    }
    co_return answer;
}

template<class Answer>
asio::awaitable<std::expected<Answer, sdbus::Error>>
Authority::answer_to(std::function<void(ReplyHandler<Answer> handler)> call) {
    require_running();
    const auto timer = std::make_shared<asio::steady_timer>(context_.executor);
    const auto answer = std::make_shared<std::optional<std::expected<Answer, sdbus::Error>>>();
    timer->expires_at(asio::steady_timer::time_point::max()); // sd-bus ends a call without a reply
    waiting_.insert(timer);
    try {
        call([timer, answer](bus::ReplyError error, const Answer& value) {
            if (error)
                *answer = std::unexpected(*error);
            else
                *answer = value;
            timer->cancel();
        });
        // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): it loses track of the moved function
        context_.sent();
    } catch (const sdbus::Error& error) {
        *answer = std::unexpected(error);
    }
    while (!*answer && !stopped_) {
        std::error_code cancelled;
        co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    waiting_.erase(timer);
    require_running();
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): without an answer, require_running() has thrown
    co_return std::move(**answer);
}

} // namespace bgs2::dbus
