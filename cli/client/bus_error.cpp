// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view own_prefix = "io.bgs2d1.Error.";
constexpr std::string_view needed_right =
    "run bgs2ctl as root, or as a member of the group bgs2d ('sudo adduser $USER bgs2d', "
    "then log in again)";

/// The errors of the bus if the name has no owner and no service could be started.
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

CommandError denied(std::string_view message) {
    Error error = from_lines(ErrorCode::access_denied, message);
    // bgs2d always sends a hint. The bus daemon sends none, and quotes its rules.
    if (error.hint.empty())
        error = Error{ErrorCode::access_denied, "permission denied by the D-Bus configuration",
                      std::string(needed_right)};
    return CommandError(error);
}

} // namespace

CommandError to_command_error(std::string_view name, std::string_view message) {
    if (name == "org.freedesktop.DBus.Error.AccessDenied" ||
        name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" ||
        name == "org.freedesktop.DBus.Error.AuthFailed")
        return denied(message);
    if (is_no_daemon(name))
        return no_daemon("bgs2d is not running",
                         "start it with 'systemctl start bgs2d'; its log: 'journalctl -u bgs2d'");
    if (std::ranges::find(gone_names, name) != gone_names.end())
        return {ExitCode::timed_out, "Timeout", "bgs2d does not answer",
                "check 'systemctl status bgs2d' and 'journalctl -u bgs2d'"};
    if (std::ranges::find(unknown_names, name) != unknown_names.end())
        return CommandError(Error{ErrorCode::not_found, "the modem or job no longer exists",
                                  "see 'bgs2ctl list' and 'bgs2ctl jobs'"});
    if (name.starts_with(own_prefix)) {
        const std::string_view word = name.substr(own_prefix.size());
        if (from_word<ErrorCode>(word) == ErrorCode::access_denied)
            return denied(message);
        const Error lines = from_lines(ErrorCode::failed, message);
        return to_job_error(word, lines.what, lines.hint);
    }
    return {ExitCode::failed, std::string(name), fmt::format("{} ({})", message, name), {}};
}

CommandError to_job_error(std::string_view error, const std::string& message, const std::string& hint) {
    if (const auto code = from_word<ErrorCode>(error))
        return CommandError(Error{*code, message, hint});
    // A word of a later version is better than none.
    return {ExitCode::failed, error.empty() ? "Failed" : std::string(error), message, hint};
}

} // namespace bgs2::cli
