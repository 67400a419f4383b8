// SPDX-License-Identifier: Apache-2.0
// The slots of a module, as `AT^SBNR="is_cert"` lists them (protocol.md
// §3). Pure.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace bgs2::sbnw {

/// One slot as read back. Texts are the module's own, "" if missing.
struct Slot {
    std::uint32_t size = 0;  ///< size of the certificate as sent, in bytes; 0: empty
    bool corrupted = false;  ///< the module reports it as corrupted
    bool unreadable = false; ///< the module reports a content in a form that bgs2d does not know
    std::string issuer;
    std::string serial; ///< hexadecimal, as the module spells it
    std::string subject;
    std::string signature_algorithm;
    std::string thumbprint_algorithm; ///< in lower case, "sha1"; a module may not report it
    std::string thumbprint; ///< of the bytes as sent, in lower-case hex of any length; "" if it is not hex
    std::optional<std::chrono::year_month_day> expires;

    [[nodiscard]] bool empty() const { return size == 0 && !corrupted && !unreadable && thumbprint.empty(); }
    bool operator==(const Slot&) const = default;
};

/// For messages: "nothing", "a corrupted certificate", "unreadable content", "/CN=Example (SHA-1
/// 7fe7...5474)".
std::string to_string(const Slot& slot);

/// By slot number. Contains only slots that the module lists.
using Slots = std::map<unsigned, Slot>;

/// The slots of several stores.
using Inventory = std::map<SlotAddress, Slot>;

/// Reads the `^SBNR:` lines among `lines`, by label: labels may be missing, unknown, in another order, or
/// differ in spacing or quotes. A row without labels is read by its order (families.md §1). Other lines, and
/// numbers above `highest_slot`, are ignored. ModemRejected: a line is cut or damaged, or there is none.
Expected<Slots> parse_slots(std::span<const std::string> lines);

} // namespace bgs2::sbnw
