#include "daemon/readout.h"

#include "daemon/sbnw/dialogue.h"

#include <string>
#include <utility>

namespace bgs2 {

asio::awaitable<std::vector<SlotChange>> Readout::read(at::Channel& channel, std::set<sbnw::Store> stores) {
    sbnw::Inventory present;
    for (const sbnw::Store store : stores) {
        sbnw::Slots slots = co_await sbnw::read_slots(channel, std::string(word(store)));
        for (auto& [slot, content] : slots)
            present.emplace(sbnw::SlotAddress{.store = store, .slot = slot}, std::move(content));
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
    co_return changes;
}

void Readout::forget(const sbnw::SlotAddress& address) {
    inventory_.erase(address);
    unread_.insert(address);
}

std::map<sbnw::SlotAddress, Compliance> Readout::compliance(const Thumbprints& desired) const {
    auto result = compare(desired, inventory_);
    for (const sbnw::SlotAddress& address : unread_)
        result[address] = Compliance::unknown;
    return result;
}

} // namespace bgs2
