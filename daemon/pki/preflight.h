// SPDX-License-Identifier: Apache-2.0
// What speaks against sending credentials, before a modem sees a byte of them.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/words.h"
#include "daemon/pki/family.h"
#include "daemon/pki/key_pair.h"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::pki {

enum class Severity {
    error,   ///< the modem would refuse it, or could not use it: do not send
    warning, ///< it may well work, but somebody should know
};

consteval auto words(Severity) {
    return EnumTable{Word{Severity::error, "error"}, Word{Severity::warning, "warning"}};
}

/// A key_pair in its place, beside the others that the modem is to hold.
struct SlotCandidate {
    unsigned slot = 0;
    bool tls_store = true; ///< it goes into is_cert, where slot 0 and only slot 0 has a key
    std::string name;      ///< "slot 1 (/etc/x.pem)": what findings begin with; empty: with nothing
    const KeyPair* key_pair = nullptr; ///< not null; its chain is not empty
};

struct Finding {
    Severity severity = Severity::error;
    Error error; ///< says already which candidate it is about
    std::size_t candidate = 0;

    bool operator==(const Finding&) const = default;
};

/// A clock that shows an earlier time was never set.
inline constexpr std::chrono::sys_seconds clock_was_set_after =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

/// Everything found about any of `all`, which is what a modem is to hold; errors first, else in the order of
/// `all`. Empty is "go ahead".
/// Errors: KeyMismatch; InvalidArgument (a key for another slot than 0 of the TLS store); Expired;
/// NotYetValid (also: `now` is a clock's that was never set); TooMuchData (the unsigned frame would not stay
/// below 65,536 bytes). Of the severity `beyond_family`: NotSupported (a kind or size of key, a hash or a
/// form that `family` is assumed to refuse). Warnings: InvalidArgument (slot 0 of the TLS store without a
/// key; a certificate that another slot of it holds already); InvalidCertificate (a server certificate that
/// is not a CA's; a client certificate that no CA in the other slots vouches for, where there is any).
std::vector<Finding> preflight(std::span<const SlotCandidate> all, const Family& family,
                               std::chrono::sys_seconds now, Severity beyond_family = Severity::error);

/// The first finding that forbids sending; null if there is none. Valid as long as `findings`.
const Error* blocking(const std::vector<Finding>& findings);

} // namespace bgs2::pki
