// SPDX-License-Identifier: Apache-2.0
// Checks certificates and keys before any byte is sent to a modem.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"
#include "daemon/pki/family.h"
#include "daemon/pki/key_pair.h"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bgs2::pki {

enum class Severity {
    error,   ///< the modem would refuse it or could not use it: not sent
    warning, ///< it may work, but deserves attention
};

consteval auto words(Severity) {
    return EnumTable{Word{Severity::error, "error"}, Word{Severity::warning, "warning"}};
}

/// A key pair and its slot, one of those that the modem will hold.
struct SlotCandidate {
    SlotAddress address;
    std::string name;                  ///< "slot 1 (/etc/x.pem)": the prefix of findings; empty: none
    const KeyPair* key_pair = nullptr; ///< not null; its chain is not empty
};

struct Finding {
    Severity severity = Severity::error;
    Error error; ///< names the slot
    std::size_t candidate = 0;

    bool operator==(const Finding&) const = default;
};

/// A clock with an earlier time was never set.
inline constexpr std::chrono::sys_seconds clock_was_set_after =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

/// All findings about `all`, the complete content of a modem; errors first, otherwise in the order of `all`.
/// Empty: no objections. Errors: KeyMismatch; InvalidArgument (a key for another slot than 0 of the TLS
/// store); Expired; NotYetValid (also: the clock of `now` was never set); TooMuchData (the unsigned frame
/// would reach 65,536 bytes). Of the severity `beyond_family`: NotSupported (a type or size of key, a hash or
/// a format that `family` is assumed to refuse). Warnings: InvalidArgument (slot 0 of the TLS store without a
/// key; a certificate that another slot of it contains already); InvalidCertificate (a server certificate
/// that is not a CA certificate; a client certificate that does not chain to a CA in the other slots, if
/// there is any); those of the key pair.
std::vector<Finding> preflight(std::span<const SlotCandidate> all, const Family& family,
                               std::chrono::sys_seconds now, Severity beyond_family = Severity::error);

/// The first finding that prevents sending; null if there is none. Valid as long as `findings`.
const Error* blocking(const std::vector<Finding>& findings);

} // namespace bgs2::pki
