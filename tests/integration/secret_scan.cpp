// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/secret_scan.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace bgs2::test {
namespace {

// This number of Base64 characters contains at least 28 bytes. A line of PEM has 64.
constexpr std::size_t bytes_width = 32;
constexpr std::size_t base64_width = 40;

std::string base64(ByteView bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string hex(ByteView bytes, bool upper) {
    std::string text;
    for (const std::byte byte : bytes)
        text += upper ? fmt::format("{:02X}", static_cast<unsigned>(byte))
                      : fmt::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

} // namespace

void SecretScan::add(std::string_view name, ByteView secret) {
    if (secret.size() < 2 * bytes_width)
        throw std::invalid_argument("too short to be searched for in parts");
    add_windows(fmt::format("{} as it is", name), as_text(secret), bytes_width);
    for (const bool upper : {false, true})
        add_windows(fmt::format("{} as hex", name), hex(secret, upper), 2 * bytes_width);
    for (const std::size_t skipped : {0U, 1U, 2U}) {
        ByteView whole = secret.subspan(skipped);
        whole = whole.first(whole.size() - whole.size() % 3);
        add_windows(fmt::format("{} as Base64", name), base64(whole), base64_width);
    }
}

void SecretScan::add_key(std::string_view name, const pki::PrivateKey& key) {
    for (const auto& [parameter, letter] :
         {std::pair{OSSL_PKEY_PARAM_RSA_D, "d"}, std::pair{OSSL_PKEY_PARAM_RSA_FACTOR1, "p"},
          std::pair{OSSL_PKEY_PARAM_RSA_FACTOR2, "q"}, std::pair{OSSL_PKEY_PARAM_RSA_EXPONENT1, "d mod p-1"},
          std::pair{OSSL_PKEY_PARAM_RSA_EXPONENT2, "d mod q-1"}}) {
        BIGNUM* number = nullptr;
        if (EVP_PKEY_get_bn_param(key.native(), parameter, &number) != 1)
            throw std::runtime_error("not an RSA key");
        Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
        BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_clear_free(number);
        add(fmt::format("{}'s {}", name, letter), bytes);
    }
}

void SecretScan::add_text(std::string_view name, std::string_view text) {
    texts_.emplace(text, name);
}

void SecretScan::add_windows(const std::string& name, std::string_view text, std::size_t width) {
    for (std::size_t at = 0; at + width <= text.size(); ++at)
        by_width_[width].emplace(text.substr(at, width), name);
}

std::optional<std::string> SecretScan::find_in(std::string_view text) const {
    for (const auto& [needle, name] : texts_) {
        if (text.contains(needle))
            return name;
    }
    for (const auto& [width, secret_scan] : by_width_) {
        for (std::size_t at = 0; at + width <= text.size(); ++at) {
            const auto found = secret_scan.find(std::string(text.substr(at, width)));
            if (found != secret_scan.end())
                return found->second;
        }
    }
    return std::nullopt;
}

} // namespace bgs2::test
