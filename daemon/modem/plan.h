// SPDX-License-Identifier: Apache-2.0
// Compares the slots of a modem with the policy and plans the changes. Pure.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"
#include "daemon/modem/modem_record.h"
#include "daemon/modem/slot_content.h"
#include "daemon/sbnw/slots.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// The result of comparing a slot with the policy.
enum class Compliance : std::uint8_t {
    compliant,
    missing,   ///< the policy names the slot; it is empty or was not reported, or the source cannot be read
    different, ///< holds another certificate
    unverifiable, ///< the policy names the slot; the modem reports nothing that identifies its certificate
    corrupted,    ///< according to the module
    unlisted,     ///< holds a certificate; the policy does not name the slot
    empty,        ///< holds no certificate; the policy does not name the slot
    unknown,      ///< was written and not read since
};

consteval auto words(Compliance) {
    using enum Compliance;
    return EnumTable{Word{compliant, "compliant"}, Word{missing, "missing"},
                     Word{different, "different"}, Word{unverifiable, "unverifiable"},
                     Word{corrupted, "corrupted"}, Word{unlisted, "unlisted"},
                     Word{empty, "empty"},         Word{unknown, "unknown"}};
}

/// Compares every slot that the modem reported or the policy names.
std::map<SlotAddress, Compliance> compare(const Contents& desired, const sbnw::Inventory& present);

enum class Action : std::uint8_t {
    write, ///< write the policy's certificate, replacing the slot's content
    erase, ///< erase a slot that the policy does not name
};

consteval auto words(Action) {
    return EnumTable{Word{Action::write, "write"}, Word{Action::erase, "erase"}};
}

/// One change that makes a slot match the policy.
struct PlanStep {
    SlotAddress address;
    Action action = Action::write;
    bool occupied = false; ///< the slot is not empty
    std::string before;    ///< its current thumbprint; empty if it is empty or the module reports none
    std::string reason;    ///< "slot 1 is empty"

    bool operator==(const PlanStep&) const = default;
};

struct PlanScope {
    std::optional<SlotAddress> only; ///< nothing: all slots
    bool erase_unlisted = false;     ///< in the TLS store only; the policy never erases other stores
};

/// The required changes, by ascending address. A slot with the right thumbprint is written only if its
/// private key is not known to be in it (`records`), a slot that cannot be verified only if the same content
/// was not written before. A slot that the policy does not name is not erased unless `scope` says so.
std::vector<PlanStep> plan(const Contents& desired, const sbnw::Inventory& present,
                           const SlotRecords& records, const PlanScope& scope);

/// The reasons of all steps in one sentence.
std::string reasons(const std::vector<PlanStep>& steps);

} // namespace bgs2
