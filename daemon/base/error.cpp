// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/error.h"

#include <algorithm>
#include <array>

namespace bgs2 {
namespace {

struct ErrorRow {
    ErrorCode code;
    std::string_view word;
    ExitCode exit;
};

constexpr std::array error_rows{
    ErrorRow{ErrorCode::failed, "Failed", ExitCode::failed},
    ErrorRow{ErrorCode::not_found, "NotFound", ExitCode::not_found},
    ErrorRow{ErrorCode::access_denied, "AccessDenied", ExitCode::denied},
    ErrorRow{ErrorCode::busy, "Busy", ExitCode::busy},
    ErrorRow{ErrorCode::port_claimed, "PortClaimed", ExitCode::busy},
    ErrorRow{ErrorCode::not_supported, "NotSupported", ExitCode::failed},
    ErrorRow{ErrorCode::invalid_argument, "InvalidArgument", ExitCode::usage},
    ErrorRow{ErrorCode::invalid_certificate, "InvalidCertificate", ExitCode::failed},
    ErrorRow{ErrorCode::key_mismatch, "KeyMismatch", ExitCode::failed},
    ErrorRow{ErrorCode::expired, "Expired", ExitCode::failed},
    ErrorRow{ErrorCode::not_yet_valid, "NotYetValid", ExitCode::failed},
    ErrorRow{ErrorCode::policy_invalid, "PolicyInvalid", ExitCode::failed},
    ErrorRow{ErrorCode::modem_rejected, "ModemRejected", ExitCode::modem_refused},
    ErrorRow{ErrorCode::modem_timeout, "ModemTimeout", ExitCode::timed_out},
    ErrorRow{ErrorCode::too_much_data, "TooMuchData", ExitCode::failed},
    ErrorRow{ErrorCode::verify_failed, "VerifyFailed", ExitCode::drift},
    ErrorRow{ErrorCode::device_gone, "DeviceGone", ExitCode::not_found},
    ErrorRow{ErrorCode::cancelled, "Cancelled", ExitCode::failed},
};

const ErrorRow& row(ErrorCode code) {
    return *std::ranges::find(error_rows, code, &ErrorRow::code);
}

} // namespace

std::string_view word(ErrorCode code) {
    return row(code).word;
}

std::optional<ErrorCode> error_code(std::string_view word) {
    const auto* found = std::ranges::find(error_rows, word, &ErrorRow::word);
    if (found == error_rows.end())
        return std::nullopt;
    return found->code;
}

ExitCode exit_code(ErrorCode code) {
    return row(code).exit;
}

std::string to_string(const Error& error) {
    return error.hint.empty() ? error.what : error.what + " (" + error.hint + ")";
}

std::string to_lines(const Error& error) {
    return error.hint.empty() ? error.what : error.what + "\n" + error.hint;
}

Error from_lines(ErrorCode code, std::string_view text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
        return {code, std::string(text), {}};
    return {code, std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
}

Exception::Exception(Error error)
  : std::runtime_error(to_string(error))
  , error_(std::move(error)) {}

} // namespace bgs2
