// What a modem holds, as it was read back last: all that is ever said about its slots.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/desired.h"
#include "daemon/plan.h"
#include "daemon/sbnw/slot_address.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace bgs2 {

/// A slot that holds something else than when it was read before, without having been written meanwhile.
struct SlotChange {
    sbnw::SlotAddress address;
    sbnw::Slot before;
    sbnw::Slot now;

    bool operator==(const SlotChange&) const = default;
};

class Readout {
  public:
    /// Reads every slot of `stores` and returns what has changed behind our back. Throws as
    /// sbnw::read_slots() does, and changes nothing then.
    asio::awaitable<std::vector<SlotChange>> read(at::Channel& channel, std::set<sbnw::Store> stores);

    /// The slot is about to be written: nobody knows what it holds until it is read again.
    void forget(const sbnw::SlotAddress& address);

    /// Slots that were written to and not read since are not among them.
    [[nodiscard]] const sbnw::Inventory& inventory() const { return inventory_; }
    [[nodiscard]] std::map<sbnw::SlotAddress, Compliance> compliance(const Thumbprints& desired) const;
    /// When it was read last; the clock's epoch if it never was.
    [[nodiscard]] std::chrono::steady_clock::time_point when() const { return when_; }

  private:
    sbnw::Inventory inventory_;
    std::set<sbnw::SlotAddress> unread_; ///< written to since
    std::chrono::steady_clock::time_point when_;
};

} // namespace bgs2
