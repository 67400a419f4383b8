// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/base64.h"

#include <array>
#include <cstdint>

namespace bgs2::pki {

namespace {

constexpr std::uint8_t no_digit = 0xff;

consteval std::array<std::uint8_t, 256> base64_digits() {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(no_digit);
    std::uint8_t value = 0;
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
        digits[static_cast<unsigned char>(c)] = value++;
    return digits;
}

constexpr std::array digits_of_base64 = base64_digits();

} // namespace

std::expected<Secret, std::size_t> decode_base64(std::string_view text) {
    Secret decoded(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    std::size_t digits = 0;
    std::size_t padding = 0;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        const std::uint8_t digit = digits_of_base64[static_cast<unsigned char>(c)];
        // Padding ends a group of at least two digits, and the text.
        if (c == '=' ? digits % 4 < 2 || padding == 2 : digit == no_digit || padding != 0)
            return std::unexpected(i);
        if (c == '=') {
            ++padding;
            continue;
        }
        group = group << 6U | digit;
        if (++digits % 4 == 0) {
            for (const unsigned shift : {16U, 8U, 0U})
                decoded.bytes()[size++] = std::byte(group >> shift & 0xffU);
        }
    }
    const std::size_t last = digits % 4;
    if (last == 0 ? padding != 0 : last + padding != 4)
        return std::unexpected(text.size());
    if (last == 2)
        decoded.bytes()[size++] = std::byte(group >> 4U & 0xffU);
    if (last == 3) {
        decoded.bytes()[size++] = std::byte(group >> 10U & 0xffU);
        decoded.bytes()[size++] = std::byte(group >> 2U & 0xffU);
    }
    decoded.truncate(size);
    return decoded;
}

} // namespace bgs2::pki
