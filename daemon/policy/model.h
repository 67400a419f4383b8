// SPDX-License-Identifier: Apache-2.0
// A policy: the modems it matches, their port settings and the content of
// their slots.
#pragma once

#include "daemon/at/line_settings.h"
#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"
#include "daemon/pki/format.h"
#include "daemon/policy/glob.h"
#include "daemon/policy/source.h"
#include "daemon/policy/window.h"
#include "daemon/sbnw/signature.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::policy {

/// The action if the slots of a modem differ from the policy.
enum class Mode {
    automatic, ///< provision it at once
    manual,    ///< report it as drifted, and provision it on request
    report,    ///< report it as drifted, and never write to it
    ignore,    ///< ignore it: do not even read its slots
};

consteval auto words(Mode) {
    return EnumTable{Word{Mode::automatic, "auto"}, Word{Mode::manual, "manual"},
                     Word{Mode::report, "report"}, Word{Mode::ignore, "ignore"}};
}

/// The valid baud rates of a port, in Bd, ascending.
inline constexpr std::array baud_rates{300U,   600U,   1200U,   2400U,   4800U,   9600U,  19200U,
                                       38400U, 57600U, 115200U, 230400U, 460800U, 921600U};

/// The maximum of `settle`.
inline constexpr std::chrono::seconds longest_settle{10};

/// The maximums of `renew-before` and `verify-every`.
inline constexpr std::chrono::days longest_renew_before{3650};
inline constexpr std::chrono::days longest_verify_every{365};

/// All given conditions must match; omitted ones match any value.
struct Match {
    std::optional<Patterns> model;
    std::optional<Patterns> imei;
    std::optional<Patterns> port;                            ///< matched against udev's ID_PATH
    std::map<std::string, Patterns, std::less<>> properties; ///< matched against udev's properties, by name

    bool operator==(const Match&) const = default;
};

/// The action for a type of key, hash or file that the modem's family is assumed to refuse.
enum class FamilyLimits {
    enforce, ///< do not send it
    warn,    ///< send it with a warning
};

consteval auto words(FamilyLimits) {
    return EnumTable{Word{FamilyLimits::enforce, "enforce"}, Word{FamilyLimits::warn, "warn"}};
}

/// The modem that gets the private keys of an IMEI.
enum class Bind {
    port, ///< the one at the port where the IMEI was first provisioned
    none, ///< any
};

consteval auto words(Bind) {
    return EnumTable{Word{Bind::port, "port"}, Word{Bind::none, "none"}};
}

/// Signing of secure commands (protocol.md §1, "Signed commands").
struct Sign {
    Source key; ///< of the management certificate; RSA
    std::optional<Source> passphrase;
    sbnw::Digest digest = sbnw::Digest::sha256;
    bool imei = true; ///< the command contains the modem's IMEI and is valid for that modem only

    bool operator==(const Sign&) const = default;
};

/// The content of one slot.
struct SlotRule {
    std::uint16_t index = 0; ///< up to highest_slot; unique per store within a policy
    Store store = Store::tls;
    Source certificate;
    std::optional<Source>
        private_key; ///< in client_slot of the TLS store only; default: the key in a PKCS#12 `certificate`
    std::optional<Source> passphrase; ///< of an encrypted key or a PKCS#12
    pki::CertificateFormat format = pki::CertificateFormat::der;
    pki::KeyFormat key_format = pki::KeyFormat::pkcs8;

    [[nodiscard]] SlotAddress address() const { return {.store = store, .slot = index}; }

    bool operator==(const SlotRule&) const = default;
};

/// The time for which bgs2d has the port of a modem.
enum class Use {
    borrow, ///< while it has work
    keep,   ///< as long as the modem is there
};

consteval auto words(Use) {
    return EnumTable{Word{Use::borrow, "borrow"}, Word{Use::keep, "keep"}};
}

/// `[port]`: the line, and how bgs2d gets it from other programs.
struct PortSettings {
    at::LineSettings line; ///< baud is one of baud_rates, settle at most longest_settle
    Use use = Use::borrow;
    std::vector<std::string> borrow_from; ///< units that are stopped for a write, "gprs.service"
    std::optional<Window> window;         ///< the time of day for that; nothing: any

    bool operator==(const PortSettings&) const = default;
};

struct Policy {
    std::string name;           ///< the file's name without `.toml`
    std::filesystem::path file; ///< the source file
    Match match;
    PortSettings port;
    Mode mode = Mode::automatic;
    bool erase_unlisted = false; ///< erase slots of the TLS store that `slots` does not name
    std::chrono::milliseconds renew_before =
        std::chrono::days(30); ///< report a certificate as expiring this long before its expiry
    std::chrono::milliseconds verify_every =
        std::chrono::days(1);   ///< read the slots again at this interval; 0: never
    bool require_clock = false; ///< set the modem's clock before writing to it
    FamilyLimits family_limits = FamilyLimits::enforce;
    Bind bind = Bind::port;
    std::vector<Source>
        readable;             ///< secrets that others may read, spelled as in the other sources of the policy
    std::optional<Sign> sign; ///< nothing: do not sign commands
    std::vector<SlotRule> slots; ///< by ascending address

    bool operator==(const Policy&) const = default;
};

/// In the order of evaluation: the first that matches applies.
using Policies = std::vector<Policy>;

} // namespace bgs2::policy
