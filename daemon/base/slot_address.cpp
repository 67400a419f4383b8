// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/slot_address.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2 {
namespace {

struct SlotAddressRow {
    Store value;
    std::string_view word;
};

constexpr std::array slot_address_rows{
    SlotAddressRow{Store::tls, "is_cert"},
    SlotAddressRow{Store::management, "management_cert"},
    SlotAddressRow{Store::preconfig, "preconfig_cert"},
};
static_assert(slot_address_rows.size() == all_stores.size());

} // namespace

std::string_view word(Store store) {
    return std::ranges::find(slot_address_rows, store, &SlotAddressRow::value)->word;
}

std::optional<Store> store(std::string_view word) {
    const auto* found = std::ranges::find(slot_address_rows, word, &SlotAddressRow::word);
    if (found == slot_address_rows.end())
        return std::nullopt;
    return found->value;
}

std::string to_string(const SlotAddress& address) {
    return address.store == Store::tls ? fmt::format("slot {}", address.slot)
                                       : fmt::format("slot {} of {}", address.slot, word(address.store));
}

} // namespace bgs2
