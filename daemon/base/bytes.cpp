// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bgs2 {

namespace {

struct Sequence {
    char32_t code = 0;
    std::size_t length = 0; ///< 0: there is none
};

unsigned byte(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// The length that the first byte announces; 0 if no sequence begins with it.
std::size_t announced_length(unsigned lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

Sequence first_sequence(std::string_view text) {
    const std::size_t length = text.empty() ? 0 : announced_length(byte(text, 0));
    if (length <= 1 || length > text.size())
        return length == 1 ? Sequence{.code = byte(text, 0), .length = 1} : Sequence{};
    char32_t code = byte(text, 0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(text, i) & 0xc0U) != 0x80U)
            return {};
        code = code << 6U | (byte(text, i) & 0x3fU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return overlong || surrogate || code > 0x10ffff ? Sequence{} : Sequence{.code = code, .length = length};
}

bool can_be_shown(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    // Noncharacters (Unicode 15 §23.7): sd-bus rejects them as invalid UTF-8.
    const bool no_character = (code >= 0xfdd0 && code < 0xfdf0) || (code & 0xfffeU) == 0xfffeU;
    return !control && !no_character;
}

} // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes)
        fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

std::size_t utf8_sequence(std::string_view text) {
    return first_sequence(text).length;
}

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Sequence sequence = first_sequence(text);
        const std::string_view whole = text.substr(0, std::max<std::size_t>(sequence.length, 1));
        if (sequence.length > 0 && can_be_shown(sequence.code)) {
            result += whole;
        } else {
            for (std::size_t i = 0; i < whole.size(); ++i)
                fmt::format_to(std::back_inserter(result), "\\x{:02x}", byte(whole, i));
        }
        text.remove_prefix(whole.size());
    }
    return result;
}

} // namespace bgs2
