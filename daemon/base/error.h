// SPDX-License-Identifier: Apache-2.0
// What can go wrong, once for the whole project: in a log, on the bus, as an exit code.
#pragma once

#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bgs2 {

enum class ErrorCode {
    failed, ///< something of the system's: a file, a descriptor, memory
    not_found,
    access_denied,
    busy,
    port_claimed,
    not_supported,
    invalid_argument,
    invalid_certificate,
    key_mismatch,
    expired,
    not_yet_valid,
    policy_invalid,
    modem_rejected,
    modem_timeout,
    too_much_data,
    verify_failed,
    device_gone,
    cancelled,
};

/// Exit codes of bgs2ctl. 0 is success.
enum class ExitCode {
    ok = 0,
    failed = 1,
    usage = 2,
    not_found = 3,
    denied = 4,
    busy = 5,
    no_daemon = 6,
    timed_out = 7,
    modem_refused = 8,
    drift = 9,
};

/// The code's word, as it stands behind `io.bgs2d1.Error.` on the bus: "KeyMismatch".
std::string_view word(ErrorCode code);

/// The code a word stands for; nothing if there is none.
std::optional<ErrorCode> error_code(std::string_view word);

/// What bgs2ctl exits with when this went wrong.
ExitCode exit_code(ErrorCode code);

/// One mishap, told to a person: what happened (naming the file, the field, the modem) and what to do about
/// it.
struct Error {
    ErrorCode code = ErrorCode::failed;
    std::string what; ///< one sentence, no full stop, no secret
    std::string hint; ///< one sentence that tells what to do; empty if there is nothing better than `what`

    bool operator==(const Error&) const = default;
};

/// "what (hint)", for a log line.
std::string to_string(const Error& error);

/// What happened and, on a second line, what to do: how an error crosses the bus. One line if there is no
/// hint.
std::string to_lines(const Error& error);

/// The error whose to_lines() are `text`.
Error from_lines(ErrorCode code, std::string_view text);

/// How a coroutine reports an Error.
class Exception : public std::runtime_error {
  public:
    explicit Exception(Error error);
    [[nodiscard]] const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

template<class T>
using Expected = std::expected<T, Error>;

/// Shorthand for the failing return of a pure function.
inline std::unexpected<Error> fail(ErrorCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Error{code, std::move(what), std::move(hint)});
}

/// The value, or an Exception with the error: how a coroutine uses a pure function.
template<class T>
T value_or_throw(Expected<T> result) {
    if (!result)
        throw Exception(std::move(result.error()));
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace bgs2
