// A policy: which modems it is for, how to talk to them, and what their slots are to hold.
#pragma once

#include "daemon/at/line_settings.h"
#include "daemon/pki/format.h"
#include "daemon/policy/glob.h"
#include "daemon/policy/source.h"

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

inline constexpr std::array modes{Mode::automatic, Mode::manual, Mode::report, Mode::ignore};

/// The rates a port can be set to, in Bd, ascending.
inline constexpr std::array baud_rates{300U,   600U,   1200U,   2400U,   4800U,   9600U,  19200U,
                                       38400U, 57600U, 115200U, 230400U, 460800U, 921600U};

/// The highest slot that any family has (protocol.md §3).
inline constexpr int highest_slot = 30;

/// The only slot that takes a private key (protocol.md §3).
inline constexpr int client_slot = 0;

/// The longest pause that `settle` may ask for.
inline constexpr std::chrono::seconds longest_settle{10};

/// "auto", "manual", "report", "ignore".
std::string_view word(Mode mode);
std::optional<Mode> mode(std::string_view word);

/// All that is given must hold; what is not given does not matter.
struct Match {
    std::optional<Patterns> model;
    std::optional<Patterns> imei;
    std::optional<Patterns> port;                            ///< against udev's ID_PATH
    std::map<std::string, Patterns, std::less<>> properties; ///< against udev's properties, by their name

    bool operator==(const Match&) const = default;
};

/// What one slot is to hold.
struct SlotRule {
    std::uint16_t index = 0; ///< up to highest_slot; no two rules of a policy have the same
    Source certificate;
    std::optional<Source>
        private_key; ///< in client_slot only; without it, the key that a PKCS#12 `certificate` holds
    std::optional<Source> passphrase; ///< of an encrypted key or a PKCS#12
    pki::CertificateFormat format = pki::CertificateFormat::der;
    pki::KeyFormat key_format = pki::KeyFormat::pkcs8;

    bool operator==(const SlotRule&) const = default;
};

struct Policy {
    std::string name;           ///< the file's name without `.toml`
    std::filesystem::path file; ///< where it was read from
    Match match;
    at::LineSettings port; ///< baud is one of baud_rates, settle at most longest_settle
    Mode mode = Mode::automatic;
    std::vector<SlotRule> slots; ///< by ascending index; slots that are not named here are left as they are

    bool operator==(const Policy&) const = default;
};

/// In the order in which they are asked: the first that matches wins.
using Policies = std::vector<Policy>;

} // namespace bgs2::policy
