// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bytes.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace bgs2::sim {
namespace {

Bytes digest(ByteView bytes, const EVP_MD* algorithm) {
    Bytes result(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
    if (EVP_Digest(bytes.data(), bytes.size(), result.data(), nullptr, algorithm, nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot compute a digest; check its default provider");
    return result;
}

} // namespace

ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string hex_lower(ByteView bytes) {
    std::string text;
    for (const auto byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

std::string hex_upper(ByteView bytes) {
    std::string text;
    for (const auto byte : bytes)
        text += fmt::format("{:02X}", byte);
    return text;
}

Bytes sha1(ByteView bytes) {
    return digest(bytes, EVP_sha1());
}

Bytes sha256(ByteView bytes) {
    return digest(bytes, EVP_sha256());
}

std::string base64(ByteView bytes) {
    // EVP_EncodeBlock writes a NUL behind the text; std::string has room for it.
    std::string text((bytes.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                    static_cast<int>(bytes.size()));
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
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

    Bytes bytes(text.size() / 4 * 3);
    if (EVP_DecodeBlock(bytes.data(), bytes_of(text).data(), static_cast<int>(text.size())) < 0)
        return std::nullopt;
    bytes.resize(bytes.size() - padding); // EVP_DecodeBlock counts the padding as bytes
    return bytes;
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
