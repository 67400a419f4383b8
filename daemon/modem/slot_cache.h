// SPDX-License-Identifier: Apache-2.0
// The slots of a modem as last read: all reports about them use it.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/slot_content.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace bgs2 {

/// A slot whose content changed between two readings without a write by bgs2d.
struct SlotChange {
    SlotAddress address;
    sbnw::Slot before;
    sbnw::Slot now;

    bool operator==(const SlotChange&) const = default;
};

class SlotCache {
  public:
    /// Reads every slot of `stores` and returns the changes made outside bgs2d. Throws as sbnw::read_slots()
    /// does; the cache is unchanged then.
    asio::awaitable<std::vector<SlotChange>> read(at::Channel& channel, std::set<Store> stores);

    /// The slot is about to be written: its content is unknown until it is read again.
    void invalidate(const SlotAddress& address);

    /// Without the slots that were written and not read since.
    [[nodiscard]] const sbnw::Inventory& inventory() const { return inventory_; }
    [[nodiscard]] std::map<SlotAddress, Compliance> compliance(const Contents& desired) const;
    /// The time of the last reading; the clock's epoch if there was none.
    [[nodiscard]] std::chrono::steady_clock::time_point when() const { return when_; }
    /// The same by the system clock.
    [[nodiscard]] std::chrono::sys_seconds date() const { return date_; }
    [[nodiscard]] bool was_read() const { return date_ != std::chrono::sys_seconds{}; }

  private:
    sbnw::Inventory inventory_;
    std::set<SlotAddress> unread_; ///< written since the last reading
    std::chrono::steady_clock::time_point when_;
    std::chrono::sys_seconds date_;
};

} // namespace bgs2
