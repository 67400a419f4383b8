#include "daemon/bytes.h"

#include <fmt/format.h>

namespace bgs2 {

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte octet : bytes)
        fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(octet));
    return text;
}

} // namespace bgs2
