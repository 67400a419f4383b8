// SPDX-License-Identifier: Apache-2.0
#include "udev/port.h"

namespace bgs2::udev {

std::string_view Port::property(const std::string& name) const {
    const auto found = properties.find(name);
    return found == properties.end() ? std::string_view{} : found->second;
}

} // namespace bgs2::udev
