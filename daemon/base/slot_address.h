// SPDX-License-Identifier: Apache-2.0
// The address of a slot: certificate store and number.
#pragma once

#include "daemon/base/words.h"

#include <compare>
#include <cstdint>
#include <string>

namespace bgs2 {

/// The certificate stores that are written by AT^SBNW and read by AT^SBNR (protocol.md §2).
enum class Store : std::uint8_t {
    tls,        ///< is_cert: used by TLS connections
    management, ///< management_cert: its key signs secure commands
    preconfig,  ///< preconfig_cert: sibling families only
};

/// The names in AT commands.
consteval auto words(Store) {
    return EnumTable{Word{Store::tls, "is_cert"}, Word{Store::management, "management_cert"},
                     Word{Store::preconfig, "preconfig_cert"}};
}

/// Slots are numbered from 0 to this number on newer families (protocol.md §3).
inline constexpr unsigned highest_slot = 30;

/// The same on a BGS2: assumed, not documented.
inline constexpr unsigned highest_bgs2_slot = 10;

/// The slot of the client certificate: the only slot of the TLS store that takes a private key (protocol.md
/// §3).
inline constexpr unsigned client_slot = 0;

/// Ordered by store, then by number. The TLS store comes first, so that a module gets its TLS certificates
/// before a management key that restricts it.
struct SlotAddress {
    Store store = Store::tls;
    unsigned slot = 0;

    auto operator<=>(const SlotAddress&) const = default;
};

inline constexpr SlotAddress client_address{.store = Store::tls, .slot = client_slot};

/// "slot 1"; "slot 0 of management_cert" for any store except the TLS store.
inline std::string to_string(const SlotAddress& address) {
    std::string text = "slot " + std::to_string(address.slot);
    if (address.store != Store::tls)
        text.append(" of ").append(word(address.store));
    return text;
}

} // namespace bgs2
