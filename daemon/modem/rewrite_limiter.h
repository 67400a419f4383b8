// SPDX-License-Identifier: Apache-2.0
// Slots that do not keep what is written to them: a modem's flash wears, so it is not written for ever.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/plan.h"
#include "daemon/sbnw/slots.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// After how many writes, each read back as it should be and found undone later, a person has to look.
inline constexpr unsigned max_rewrites = 3;

class RewriteLimiter {
  public:
    /// The slot was written, or emptied, and read back; `thumbprint` as the policy wants it, empty if
    /// emptied.
    void record(const SlotAddress& address, const std::string& thumbprint, std::chrono::sys_seconds when);

    /// What a reading found that did not belong to a repair: a slot that still holds what was written is
    /// sound.
    void reconcile(const sbnw::Inventory& present);

    /// Why these steps are not to be taken again: the evidence. Nothing if they may be.
    [[nodiscard]] std::optional<Error> limit_reached(const std::vector<PlanStep>& needed,
                                                     const Thumbprints& desired) const;

    void clear() { slots_.clear(); }

  private:
    struct Slot {
        std::string thumbprint;
        unsigned times = 0;
        std::chrono::sys_seconds last;
    };
    std::map<SlotAddress, Slot> slots_;
};

} // namespace bgs2
