// SPDX-License-Identifier: Apache-2.0
// A policy: which modems it is for, how to talk to them, and what their slots are to hold.
#pragma once

#include "daemon/at/line_settings.h"
#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"
#include "daemon/pki/format.h"
#include "daemon/policy/glob.h"
#include "daemon/policy/source.h"
#include "daemon/sbnw/signature.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::policy {

/// What is done about a modem whose slots differ from the policy.
enum class Mode {
    automatic, ///< it is provisioned at once
    manual,    ///< it is shown as drifted and provisioned when someone asks for it
    report,    ///< it is shown as drifted and never written to
    ignore,    ///< it is left alone, not even its slots are read
};

consteval auto words(Mode) {
    return EnumTable{Word{Mode::automatic, "auto"}, Word{Mode::manual, "manual"},
                     Word{Mode::report, "report"}, Word{Mode::ignore, "ignore"}};
}

/// The rates a port can be set to, in Bd, ascending.
inline constexpr std::array baud_rates{300U,   600U,   1200U,   2400U,   4800U,   9600U,  19200U,
                                       38400U, 57600U, 115200U, 230400U, 460800U, 921600U};

/// The longest pause that `settle` may ask for.
inline constexpr std::chrono::seconds longest_settle{10};

/// The longest times that `renew-before` and `verify-every` may ask for.
inline constexpr std::chrono::days longest_renew_before{3650};
inline constexpr std::chrono::days longest_verify_every{365};

/// All that is given must hold; what is not given does not matter.
struct Match {
    std::optional<Patterns> model;
    std::optional<Patterns> imei;
    std::optional<Patterns> port;                            ///< against udev's ID_PATH
    std::map<std::string, Patterns, std::less<>> properties; ///< against udev's properties, by their name

    bool operator==(const Match&) const = default;
};

/// What is done about a kind of key, hash or file that the modem's family is assumed to refuse.
enum class FamilyLimits {
    enforce, ///< it is not sent
    warn,    ///< it is sent with a warning
};

consteval auto words(FamilyLimits) {
    return EnumTable{Word{FamilyLimits::enforce, "enforce"}, Word{FamilyLimits::warn, "warn"}};
}

/// How secure commands are signed (protocol.md §1, "Signed commands").
struct Sign {
    Source key; ///< of the management certificate; RSA
    std::optional<Source> passphrase;
    sbnw::Digest digest = sbnw::Digest::sha256;
    bool imei = true; ///< the command names the modem's IMEI, and is good for that one only

    bool operator==(const Sign&) const = default;
};

/// What one slot is to hold.
struct SlotRule {
    std::uint16_t index = 0; ///< up to highest_slot; no two rules of a policy have the same of one store
    Store store = Store::tls;
    Source certificate;
    std::optional<Source> private_key; ///< in client_slot of the TLS store only; without it, the key that a
                                       ///< PKCS#12 `certificate` holds
    std::optional<Source> passphrase;  ///< of an encrypted key or a PKCS#12
    pki::CertificateFormat format = pki::CertificateFormat::der;
    pki::KeyFormat key_format = pki::KeyFormat::pkcs8;

    [[nodiscard]] SlotAddress address() const { return {.store = store, .slot = index}; }

    bool operator==(const SlotRule&) const = default;
};

struct Policy {
    std::string name;           ///< the file's name without `.toml`
    std::filesystem::path file; ///< where it was read from
    Match match;
    at::LineSettings line_settings; ///< baud is one of baud_rates, settle at most longest_settle
    Mode mode = Mode::automatic;
    bool erase_unlisted = false; ///< slots of the TLS store that `slots` does not name are emptied
    std::chrono::milliseconds renew_before = std::chrono::days(30); ///< a certificate counts as expiring
    std::chrono::milliseconds verify_every = std::chrono::days(1);  ///< the slots are read anew; 0: never
    bool require_clock = false; ///< the modem's clock is set before it is written to
    FamilyLimits family_limits = FamilyLimits::enforce;
    std::vector<Source> readable; ///< secrets that others may read, as other sources here spell them
    std::optional<Sign> sign;     ///< nothing: commands are not signed
    std::vector<SlotRule> slots;  ///< by ascending address

    bool operator==(const Policy&) const = default;
};

/// In the order in which they are asked: the first that matches wins.
using Policies = std::vector<Policy>;

} // namespace bgs2::policy
