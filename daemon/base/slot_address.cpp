// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/slot_address.h"

#include <fmt/format.h>

namespace bgs2 {

std::string to_string(const SlotAddress& address) {
    return address.store == Store::tls ? fmt::format("slot {}", address.slot)
                                       : fmt::format("slot {} of {}", address.slot, word(address.store));
}

} // namespace bgs2
