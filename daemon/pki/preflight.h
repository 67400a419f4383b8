// What speaks against sending a credential, before a modem sees an octet of it.
#pragma once

#include "daemon/error.h"
#include "daemon/pki/credential.h"

#include <chrono>
#include <vector>

namespace bgs2::pki {

enum class Severity {
    error,   ///< the modem would refuse it, or could not use it: do not send
    warning, ///< it may well work, but somebody should know
};

struct Finding {
    Severity severity = Severity::error;
    Error error;

    bool operator==(const Finding&) const = default;
};

/// Everything found, errors first; empty is "go ahead". Errors: KeyMismatch, InvalidArgument (a key for a
/// slot other than 0), Expired, NotYetValid, TooMuchData (the unsigned frame would not stay below 65,536
/// octets). Warnings: NotSupported (a kind of key, signature or file that is not known to suit BGS2),
/// InvalidArgument (slot 0 without a key).
std::vector<Finding> preflight(const Credential& credential, unsigned slot, std::chrono::sys_seconds now);

/// The first finding that forbids sending; null if there is none. Valid as long as `findings`.
const Error* blocking(const std::vector<Finding>& findings);

} // namespace bgs2::pki
