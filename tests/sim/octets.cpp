// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/octets.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace bgs2::sim {
namespace {

Octets digest(OctetView octets, const EVP_MD* algorithm) {
    Octets result(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
    if (EVP_Digest(octets.data(), octets.size(), result.data(), nullptr, algorithm, nullptr) != 1)
        throw std::runtime_error("OpenSSL can not compute a digest; is its default provider there?");
    return result;
}

} // namespace

OctetView octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(OctetView octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

std::string hex_lower(OctetView octets) {
    std::string text;
    for (const auto octet : octets)
        text += fmt::format("{:02x}", octet);
    return text;
}

std::string hex_upper(OctetView octets) {
    std::string text;
    for (const auto octet : octets)
        text += fmt::format("{:02X}", octet);
    return text;
}

Octets sha1(OctetView octets) {
    return digest(octets, EVP_sha1());
}

Octets sha256(OctetView octets) {
    return digest(octets, EVP_sha256());
}

std::string base64(OctetView octets) {
    // EVP_EncodeBlock writes a NUL behind the text; std::string has room for it.
    std::string text((octets.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets.data(),
                    static_cast<int>(octets.size()));
    return text;
}

std::optional<Octets> from_base64(std::string_view text) {
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
               c == '/';
    };
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    const auto padding = text.size() - digits;
    const bool padded =
        padding <= 2 && std::ranges::all_of(text.substr(digits), [](char c) { return c == '='; });
    if (text.size() % 4 != 0 || !padded)
        return std::nullopt;

    Octets octets(text.size() / 4 * 3);
    if (EVP_DecodeBlock(octets.data(), octets_of(text).data(), static_cast<int>(text.size())) < 0)
        return std::nullopt;
    octets.resize(octets.size() - padding); // EVP_DecodeBlock counts the padding as octets
    return octets;
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '\r')
            result += "\\r";
        else if (c == '\n')
            result += "\\n";
        else if (c == '\\')
            result += "\\\\";
        else if (code < 0x20 || code > 0x7e)
            result += fmt::format("\\x{:02x}", code);
        else
            result += c;
    }
    return result;
}

} // namespace bgs2::sim
