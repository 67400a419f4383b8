#include "cli/client/bus_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view own_prefix = "io.bgs2d1.Error.";
constexpr std::string_view needed_right =
    "be root or a member of the group bgs2d ('sudo adduser $USER bgs2d', "
    "then log in again)";

/// What the bus says, by the end of its error's name, when nobody owns the name and nobody could be started.
constexpr std::array no_daemon_names{
    std::string_view("org.freedesktop.DBus.Error.ServiceUnknown"),
    std::string_view("org.freedesktop.DBus.Error.NameHasNoOwner"),
    std::string_view("org.freedesktop.systemd1.NoSuchUnit"),
    std::string_view("org.freedesktop.systemd1.UnitMasked"),
};

constexpr std::array gone_names{
    std::string_view("org.freedesktop.DBus.Error.NoReply"),
    std::string_view("org.freedesktop.DBus.Error.Timeout"),
    std::string_view("org.freedesktop.DBus.Error.TimedOut"),
};

constexpr std::array unknown_names{
    std::string_view("org.freedesktop.DBus.Error.UnknownObject"),
    std::string_view("org.freedesktop.DBus.Error.UnknownInterface"),
};

bool is_no_daemon(std::string_view name) {
    return std::ranges::find(no_daemon_names, name) != no_daemon_names.end() ||
           name.starts_with("org.freedesktop.DBus.Error.Spawn.");
}

/// Takes "what (hint)" apart. The hint may hold parentheses itself, so they are paired from the end.
Error split(ErrorCode code, std::string_view message) {
    if (message.ends_with(')')) {
        int open = 0;
        for (std::size_t i = message.size(); i-- > 0;) {
            if (message[i] == ')')
                ++open;
            if (message[i] == '(')
                --open;
            if (open == 0 && i > 1 && message[i - 1] == ' ')
                return {code, std::string(message.substr(0, i - 1)),
                        std::string(message.substr(i + 1, message.size() - i - 2))};
            if (open == 0)
                break;
        }
    }
    return {code, std::string(message), {}};
}

CommandError denied(std::string_view message) {
    Error error = split(ErrorCode::access_denied, message);
    // The bus daemon's own refusal quotes its rules, which tells nobody what to do.
    if (error.what.empty() || error.what.starts_with("Rejected send message"))
        error.what = "bgs2d does not let you do this: it needs the right to write";
    if (error.hint.empty())
        error.hint = needed_right;
    return CommandError(error);
}

} // namespace

CommandError to_command_error(std::string_view name, std::string_view message) {
    if (name == "org.freedesktop.DBus.Error.AccessDenied" ||
        name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" ||
        name == "org.freedesktop.DBus.Error.AuthFailed")
        return denied(message);
    if (is_no_daemon(name))
        return no_daemon("bgs2d does not run",
                         "start it with 'systemctl start bgs2d'; 'journalctl -u bgs2d' says why it ended");
    if (std::ranges::find(gone_names, name) != gone_names.end())
        return {ExitCode::timed_out, "Timeout", "bgs2d does not answer",
                "see 'systemctl status bgs2d' and 'journalctl -u bgs2d'"};
    if (std::ranges::find(unknown_names, name) != unknown_names.end())
        return CommandError(Error{ErrorCode::not_found, "it went away just now", "see 'bgs2ctl list'"});
    if (name.starts_with(own_prefix)) {
        const std::string_view word = name.substr(own_prefix.size());
        if (word == "AccessDenied")
            return denied(message);
        return to_job_error(word, message);
    }
    return {ExitCode::failed, std::string(name), fmt::format("{} ({})", message, name), {}};
}

CommandError to_job_error(std::string_view error, std::string_view message) {
    if (const auto code = error_code(error))
        return CommandError(split(*code, message));
    // A word of a later version still tells more than none.
    const Error parts = split(ErrorCode::failed, message);
    return {ExitCode::failed, error.empty() ? "Failed" : std::string(error), parts.what, parts.hint};
}

} // namespace bgs2::cli
