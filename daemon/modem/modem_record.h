// SPDX-License-Identifier: Apache-2.0
// The writes of bgs2d to one modem, retained on disk: no command reads a private key back.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"
#include "daemon/modem/slot_content.h"
#include "daemon/policy/problem.h"
#include "daemon/sbnw/slots.h"

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace bgs2 {

/// The last secure command for a slot. It is recorded before its first byte is sent, so that an interrupted
/// write is known as such.
struct SlotRecord {
    SlotContent content; ///< as sent
    std::chrono::sys_seconds when;
    bool stored = false; ///< the module confirmed it

    bool operator==(const SlotRecord&) const = default;
};

using SlotRecords = std::map<SlotAddress, SlotRecord>;

/// The place where the modem was last identified, and as what.
struct LastSeen {
    std::string place; ///< place_of() its port; empty: not known
    std::string manufacturer;
    std::string model;
    std::string revision;

    bool operator==(const LastSeen&) const = default;
};

/// Says nothing about certificates: the module tells which it holds.
struct ModemRecord {
    /// place_of() the port where the modem was first provisioned, got its last private key, or was trusted
    /// since; empty: it was not provisioned yet.
    std::string place;
    std::chrono::sys_seconds last_provisioned; ///< the last success; the epoch: never
    SlotRecords slots;
    LastSeen last_seen;

    bool operator==(const ModemRecord&) const = default;

    /// Forgets slots that hold another certificate than the recorded one: another program wrote them. Returns
    /// whether there were any.
    bool reconcile(const sbnw::Inventory& present);

    /// The same for a slot that cannot be compared, and whose line changed.
    bool note_change(const SlotAddress& address, const sbnw::Slot& now);
};

/// Whether a slot holds a private key.
enum class KeyStatus : std::uint8_t {
    none,    ///< the slot is empty, takes no key, or was written without one
    written, ///< was written with its certificate, and confirmed
    unknown, ///< another program wrote the certificate, or the module did not confirm the key
};

consteval auto words(KeyStatus) {
    using enum KeyStatus;
    return EnumTable{Word{none, "none"}, Word{written, "written"}, Word{unknown, "unknown"}};
}

/// The key of a slot that reads back as `slot`.
KeyStatus key_status(const SlotAddress& address, const sbnw::Slot& slot, const SlotRecords& records);

/// Whether the slot was written with this content, and the module confirmed it.
bool was_written(const SlotAddress& address, const SlotContent& content, const SlotRecords& records);

/// As a TOML document, and back. The inverse fails for a document that to_toml() did not write.
std::string to_toml(const ModemRecord& record);
std::expected<ModemRecord, policy::Problem> parse_record(std::string_view text, std::string_view file_name);

} // namespace bgs2
