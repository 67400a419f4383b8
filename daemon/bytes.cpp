#include "daemon/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bgs2 {

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte octet : bytes)
        fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(octet));
    return text;
}

std::size_t utf8_sequence(std::string_view text) {
    const auto lead = text.empty() ? 0x80U : static_cast<unsigned char>(text.front());
    std::size_t length = 0;
    if (lead < 0x80)
        length = 1;
    else if (lead >= 0xc2 && lead < 0xe0)
        length = 2;
    else if (lead >= 0xe0 && lead < 0xf0)
        length = 3;
    else if (lead >= 0xf0 && lead < 0xf5)
        length = 4;
    if (length == 0 || length > text.size())
        return 0;
    const auto is_tail = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
    return std::ranges::all_of(text.substr(1, length - 1), is_tail) ? length : 0;
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const bool is_control = static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7f;
        const std::size_t length = is_control ? 0 : utf8_sequence(text);
        if (length > 0)
            result += text.substr(0, length);
        else
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(text.front()));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

} // namespace bgs2
