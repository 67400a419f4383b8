#include "daemon/sbnw/slot_address.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2::sbnw {
namespace {

struct Row {
    Store value;
    std::string_view word;
};

constexpr std::array rows{
    Row{Store::tls, "is_cert"},
    Row{Store::management, "management_cert"},
    Row{Store::preconfig, "preconfig_cert"},
};
static_assert(rows.size() == stores.size());

} // namespace

std::string_view word(Store store) {
    return std::ranges::find(rows, store, &Row::value)->word;
}

std::optional<Store> store(std::string_view word) {
    const auto* found = std::ranges::find(rows, word, &Row::word);
    if (found == rows.end())
        return std::nullopt;
    return found->value;
}

std::string to_string(const SlotAddress& address) {
    return address.store == Store::tls ? fmt::format("slot {}", address.slot)
                                       : fmt::format("slot {} of {}", address.slot, word(address.store));
}

} // namespace bgs2::sbnw
