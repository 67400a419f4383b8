#include "daemon/error.h"

#include <algorithm>
#include <array>

namespace bgs2 {
namespace {

struct Row {
    ErrorCode code;
    std::string_view word;
    ExitCode exit;
};

constexpr std::array rows{
    Row{ErrorCode::failed, "Failed", ExitCode::failed},
    Row{ErrorCode::not_found, "NotFound", ExitCode::not_found},
    Row{ErrorCode::access_denied, "AccessDenied", ExitCode::denied},
    Row{ErrorCode::busy, "Busy", ExitCode::busy},
    Row{ErrorCode::port_claimed, "PortClaimed", ExitCode::busy},
    Row{ErrorCode::not_supported, "NotSupported", ExitCode::failed},
    Row{ErrorCode::invalid_argument, "InvalidArgument", ExitCode::usage},
    Row{ErrorCode::invalid_certificate, "InvalidCertificate", ExitCode::failed},
    Row{ErrorCode::key_mismatch, "KeyMismatch", ExitCode::failed},
    Row{ErrorCode::expired, "Expired", ExitCode::failed},
    Row{ErrorCode::not_yet_valid, "NotYetValid", ExitCode::failed},
    Row{ErrorCode::policy_invalid, "PolicyInvalid", ExitCode::failed},
    Row{ErrorCode::modem_rejected, "ModemRejected", ExitCode::modem_refused},
    Row{ErrorCode::modem_timeout, "ModemTimeout", ExitCode::timed_out},
    Row{ErrorCode::too_much_data, "TooMuchData", ExitCode::modem_refused},
    Row{ErrorCode::verify_failed, "VerifyFailed", ExitCode::drift},
    Row{ErrorCode::device_gone, "DeviceGone", ExitCode::not_found},
    Row{ErrorCode::cancelled, "Cancelled", ExitCode::failed},
};

const Row& row(ErrorCode code) {
    return *std::ranges::find(rows, code, &Row::code);
}

} // namespace

std::string_view word(ErrorCode code) {
    return row(code).word;
}

std::optional<ErrorCode> error_code(std::string_view word) {
    const auto* found = std::ranges::find(rows, word, &Row::word);
    if (found == rows.end())
        return std::nullopt;
    return found->code;
}

ExitCode exit_code(ErrorCode code) {
    return row(code).exit;
}

std::string to_string(const Error& error) {
    return error.hint.empty() ? error.what : error.what + " (" + error.hint + ")";
}

Exception::Exception(Error error)
  : std::runtime_error(to_string(error))
  , error_(std::move(error)) {}

} // namespace bgs2
