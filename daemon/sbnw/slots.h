// SPDX-License-Identifier: Apache-2.0
// What a module holds, as `AT^SBNR="is_cert"` tells it (protocol.md §3). Pure.
#pragma once

#include "daemon/base/slot_address.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bgs2::sbnw {

/// One slot as read back. Texts are the module's own, "" where it did not say.
struct Slot {
    std::uint32_t size = 0; ///< bytes of the certificate as it was sent; 0: empty
    bool corrupted = false; ///< the module says so of it
    std::string issuer;
    std::string serial; ///< hexadecimal, as the module spells it
    std::string subject;
    std::string signature_algorithm;
    std::string thumbprint; ///< SHA-1 over the bytes as they were sent, as lower-case hex
    std::optional<std::chrono::year_month_day> expires;

    [[nodiscard]] bool empty() const { return size == 0 && !corrupted && thumbprint.empty(); }
    bool operator==(const Slot&) const = default;
};

/// For messages: "nothing", "a corrupted certificate", "/CN=Example (SHA-1 7fe7...5474)".
std::string to_string(const Slot& slot);

/// By slot number. What a module does not list is not in it.
using Slots = std::map<unsigned, Slot>;

/// The slots of several stores.
using Inventory = std::map<SlotAddress, Slot>;

/// Reads the `^SBNR:` lines among `lines`, by label: labels may be missing, unknown, in another order, spaced
/// or quoted otherwise. Lines that are not `^SBNR: <number>, ...` are passed over.
Slots parse_slots(std::span<const std::string> lines);

} // namespace bgs2::sbnw
