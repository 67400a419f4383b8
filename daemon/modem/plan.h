// SPDX-License-Identifier: Apache-2.0
// What is to be done about a modem's slots, from what they hold and what they are to hold. Pure.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"
#include "daemon/modem/desired.h"
#include "daemon/sbnw/slots.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

/// How a slot compares with the policy.
enum class Compliance : std::uint8_t {
    compliant,
    missing,   ///< should hold a certificate, is empty or not told of
    different, ///< holds another one
    corrupted, ///< the module says so
    unlisted,  ///< holds one, the policy does not name the slot
    empty,     ///< holds none, the policy does not name the slot
    unknown,   ///< was written to and not read since
};

consteval auto words(Compliance) {
    using enum Compliance;
    return EnumTable{Word{compliant, "compliant"}, Word{missing, "missing"},   Word{different, "different"},
                     Word{corrupted, "corrupted"}, Word{unlisted, "unlisted"}, Word{empty, "empty"},
                     Word{unknown, "unknown"}};
}

/// Every slot that the modem told of or the policy names.
std::map<SlotAddress, Compliance> compare(const Thumbprints& desired, const sbnw::Inventory& present);

enum class Action : std::uint8_t {
    write, ///< what the policy wants; in place of what is there
    erase, ///< what the policy does not name
};

consteval auto words(Action) {
    return EnumTable{Word{Action::write, "write"}, Word{Action::erase, "erase"}};
}

/// One change that brings a slot to what the policy wants.
struct PlanStep {
    SlotAddress address;
    Action action = Action::write;
    bool occupied = false; ///< the slot holds something now
    std::string before;    ///< its thumbprint, if it holds something and the module tells it
    std::string reason;    ///< "slot 1 is empty"

    bool operator==(const PlanStep&) const = default;
};

struct Scope {
    std::optional<SlotAddress> only; ///< nothing: all slots
    bool erase_unlisted = false;     ///< in the store of TLS; others are not the policy's to empty
    Thumbprints keyless; ///< certificates whose private key the module removed: to be written again
};

/// The changes that are needed, by ascending address. A slot that holds the right thumbprint is left alone,
/// but for the one of `keyless`, and unless `scope` says otherwise so is one that the policy does not name.
std::vector<PlanStep> plan(const Thumbprints& desired, const sbnw::Inventory& present, const Scope& scope);

/// The reasons of all steps in one sentence.
std::string reasons(const std::vector<PlanStep>& steps);

} // namespace bgs2
