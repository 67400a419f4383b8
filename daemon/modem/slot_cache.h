// SPDX-License-Identifier: Apache-2.0
// What a modem holds, as it was read back last: all that is ever said about its slots.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/plan.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace bgs2 {

/// A slot that holds something else than when it was read before, without having been written meanwhile.
struct SlotChange {
    SlotAddress address;
    sbnw::Slot before;
    sbnw::Slot now;

    bool operator==(const SlotChange&) const = default;
};

class SlotCache {
  public:
    /// Reads every slot of `stores` and returns what has changed behind our back. Throws as
    /// sbnw::read_slots() does, and changes nothing then.
    asio::awaitable<std::vector<SlotChange>> read(at::Channel& channel, std::set<Store> stores);

    /// The slot is about to be written: nobody knows what it holds until it is read again.
    void invalidate(const SlotAddress& address);

    /// Slots that were written to and not read since are not among them.
    [[nodiscard]] const sbnw::Inventory& inventory() const { return inventory_; }
    [[nodiscard]] std::map<SlotAddress, Compliance> compliance(const Thumbprints& desired) const;
    /// When it was read last; the clock's epoch if it never was.
    [[nodiscard]] std::chrono::steady_clock::time_point when() const { return when_; }

  private:
    sbnw::Inventory inventory_;
    std::set<SlotAddress> unread_; ///< written to since
    std::chrono::steady_clock::time_point when_;
};

} // namespace bgs2
