// SPDX-License-Identifier: Apache-2.0
// Limits how often a slot that loses its content is written again, since that wears the modem's flash.
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

/// The number of writes of a slot, each verified and later found undone, after which bgs2d stops writing it.
inline constexpr unsigned max_rewrites = 3;

class RewriteLimiter {
  public:
    /// The slot was written and verified with `thumbprint`, or erased (`thumbprint` is empty).
    void record(const SlotAddress& address, const std::string& thumbprint, std::chrono::sys_seconds when);

    /// Forgets each slot that still holds the written certificate, according to a reading that was not part
    /// of provisioning.
    void reconcile(const sbnw::Inventory& present);

    /// The error if one of these steps would exceed the limit; nothing otherwise.
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
