// SPDX-License-Identifier: Apache-2.0
// Errors of the whole project: in a log, on the bus, as an exit code.
#pragma once

#include "daemon/base/words.h"

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bgs2 {

enum class ErrorCode {
    failed, ///< a system error: a file, a descriptor, memory
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
    not_trusted,
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

struct ErrorCodeRow {
    ErrorCode value;
    std::string_view word; ///< the suffix of `io.bgs2d1.Error.` on the bus
    ExitCode exit;         ///< of bgs2ctl
};

consteval auto words(ErrorCode) {
    using enum ErrorCode;
    return EnumTable{
        ErrorCodeRow{failed, "Failed", ExitCode::failed},
        ErrorCodeRow{not_found, "NotFound", ExitCode::not_found},
        ErrorCodeRow{access_denied, "AccessDenied", ExitCode::denied},
        ErrorCodeRow{busy, "Busy", ExitCode::busy},
        ErrorCodeRow{port_claimed, "PortClaimed", ExitCode::busy},
        ErrorCodeRow{not_supported, "NotSupported", ExitCode::failed},
        ErrorCodeRow{invalid_argument, "InvalidArgument", ExitCode::usage},
        ErrorCodeRow{invalid_certificate, "InvalidCertificate", ExitCode::failed},
        ErrorCodeRow{key_mismatch, "KeyMismatch", ExitCode::failed},
        ErrorCodeRow{expired, "Expired", ExitCode::failed},
        ErrorCodeRow{not_yet_valid, "NotYetValid", ExitCode::failed},
        ErrorCodeRow{policy_invalid, "PolicyInvalid", ExitCode::failed},
        ErrorCodeRow{modem_rejected, "ModemRejected", ExitCode::modem_refused},
        ErrorCodeRow{modem_timeout, "ModemTimeout", ExitCode::timed_out},
        ErrorCodeRow{too_much_data, "TooMuchData", ExitCode::failed},
        ErrorCodeRow{verify_failed, "VerifyFailed", ExitCode::drift},
        ErrorCodeRow{device_gone, "DeviceGone", ExitCode::not_found},
        ErrorCodeRow{cancelled, "Cancelled", ExitCode::failed},
        ErrorCodeRow{not_trusted, "NotTrusted", ExitCode::failed},
    };
}

constexpr ExitCode exit_code(ErrorCode code) {
    return table_of<ErrorCode>.at(code).exit;
}

/// An error for a human reader: what failed (naming the file, the field, the modem) and how to fix it.
struct Error {
    ErrorCode code = ErrorCode::failed;
    std::string what; ///< one sentence, no full stop, no secret
    std::string hint; ///< one imperative sentence that says how to fix it; empty if `what` says it all

    bool operator==(const Error&) const = default;
};

/// "what (hint)", for a log line.
std::string to_string(const Error& error);

/// `what` and, on a second line, the hint: the form of an error on the bus. One line if there is no hint.
std::string to_lines(const Error& error);

/// The error whose to_lines() are `text`.
Error from_lines(ErrorCode code, std::string_view text);

/// Carries an Error out of a coroutine.
class Exception : public std::runtime_error {
  public:
    explicit Exception(Error error);
    [[nodiscard]] const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

template<class T>
using Expected = std::expected<T, Error>;

/// Shorthand for returning an error from a pure function.
inline std::unexpected<Error> fail(ErrorCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Error{code, std::move(what), std::move(hint)});
}

/// Returns the value or throws an Exception with the error: for coroutines that call a pure function.
template<class T>
T value_or_throw(Expected<T> result) {
    if (!result)
        throw Exception(std::move(result.error()));
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace bgs2
