// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/slot_cache.h"

#include "daemon/sbnw/dialogue.h"

#include <string>
#include <utility>

namespace bgs2 {

asio::awaitable<std::vector<SlotChange>> SlotCache::read(at::Channel& channel, std::set<Store> stores) {
    sbnw::Inventory present;
    for (const Store store : stores) {
        sbnw::Slots slots = co_await sbnw::read_slots(channel, std::string(word(store)));
        for (auto& [slot, content] : slots)
            present.emplace(SlotAddress{.store = store, .slot = slot}, std::move(content));
    }
    std::vector<SlotChange> changes;
    for (const auto& [address, before] : inventory_) {
        const auto now = present.find(address);
        if (now != present.end() && now->second != before)
            changes.push_back({.address = address, .before = before, .now = now->second});
    }
    inventory_ = std::move(present);
    unread_.clear();
    when_ = std::chrono::steady_clock::now();
    date_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    co_return changes;
}

void SlotCache::invalidate(const SlotAddress& address) {
    inventory_.erase(address);
    unread_.insert(address);
}

std::map<SlotAddress, Compliance> SlotCache::compliance(const Contents& desired) const {
    auto result = compare(desired, inventory_);
    for (const SlotAddress& address : unread_)
        result[address] = Compliance::unknown;
    return result;
}

} // namespace bgs2
