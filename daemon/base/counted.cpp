// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/counted.h"

#include <fmt/format.h>

namespace bgs2 {

std::string counted(std::size_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string counted(std::size_t number, std::string_view noun, std::string_view plural) {
    return fmt::format("{} {}", number, number == 1 ? noun : plural);
}

} // namespace bgs2
