// SPDX-License-Identifier: Apache-2.0
// Limits how often a slot that loses its content is written again, since that wears the modem's flash.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/slot_content.h"
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
    /// The slot was written with this certificate and verified, or erased (empty digests).
    void record(const SlotAddress& address, const CertificateDigests& certificate,
                std::chrono::sys_seconds when);

    /// Forgets each slot that still holds the written certificate, according to a reading that was not part
    /// of provisioning.
    void reconcile(const sbnw::Inventory& present);

    /// The error if one of these steps would exceed the limit; nothing otherwise.
    [[nodiscard]] std::optional<Error> limit_reached(const std::vector<PlanStep>& needed,
                                                     const Contents& desired) const;

    void clear() { slots_.clear(); }

  private:
    struct Slot {
        CertificateDigests certificate;
        unsigned times = 0;
        std::chrono::sys_seconds last;
    };
    std::map<SlotAddress, Slot> slots_;
};

} // namespace bgs2
