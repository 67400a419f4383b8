// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_file.h"

#include "daemon/pki/certificate.h"
#include "daemon/pki/conversion.h"
#include "daemon/pki/file_format.h"
#include "daemon/pki/key_derivation.h"
#include "daemon/pki/openssl.h"
#include "daemon/pki/pem.h"
#include "daemon/pki/pkcs12.h"
#include "daemon/pki/wrapping.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace bgs2::pki {

namespace {

constexpr auto code = ErrorCode::invalid_argument;

std::unexpected<Error> passphrase_missing(std::string_view name) {
    return fail(code, fmt::format("the private key in {} is encrypted and requires a passphrase", name),
                fmt::format("set the passphrase of the key, or decrypt a copy: {}",
                            command(Conversion::decrypted_key, name)));
}

std::unexpected<Error> decryption_failed(std::string_view name) {
    const OpensslError error = take_openssl_error();
    if (error.unsupported)
        return fail(code,
                    fmt::format("OpenSSL does not support the encryption of the private key in {}: {}", name,
                                error.reason),
                    "encrypt it again: " + command(Conversion::newer_key_cipher, name));
    return fail(code, fmt::format("wrong passphrase for the private key in {}", name),
                "check that the passphrase belongs to this file, and its case");
}

/// PKCS#8, PKCS#1 or SEC1.
Expected<PrivateKey> plain_key(ByteView der, std::string_view name) {
    if (auto error = check_length(der, name, code))
        return std::unexpected(std::move(*error));
    const unsigned char* position = bytes_of(der);
    KeyPtr key(d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(der.size())));
    if (!key)
        return fail(code,
                    fmt::format("cannot read the private key in {}: {}", name, take_openssl_error().reason),
                    "export the private key again, as PKCS#8");
    // The search for the right decoder leaves errors of the others in the queue.
    take_openssl_error();
    return PrivateKey(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

/// PKCS#8.
Expected<PrivateKey> encrypted_key(ByteView der, std::string_view name, const Secret* passphrase) {
    if (auto error = check_length(der, name, code))
        return std::unexpected(std::move(*error));
    const unsigned char* position = bytes_of(der);
    const EncryptedPkcs8Ptr encrypted(d2i_X509_SIG(nullptr, &position, static_cast<long>(der.size())));
    if (!encrypted)
        return fail(
            code,
            fmt::format("cannot read the encrypted private key in {}: {}", name, take_openssl_error().reason),
            "export the private key again, as PKCS#8");
    if (passphrase == nullptr)
        return passphrase_missing(name);
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(encrypted.get(), &algorithm, nullptr);
    DerivationCost cost;
    cost.add(*algorithm);
    if (auto excess = cost.excess(name, code, command(Conversion::fewer_key_rounds, name)))
        return std::unexpected(std::move(*excess));
    const Pkcs8Ptr decrypted(PKCS8_decrypt(encrypted.get(),
                                           reinterpret_cast<const char*>(passphrase->bytes().data()),
                                           static_cast<int>(passphrase->size())));
    if (!decrypted)
        return decryption_failed(name);
    KeyPtr key(EVP_PKCS82PKEY(decrypted.get()));
    if (!key)
        return fail(code,
                    fmt::format("cannot read the private key in {}: {}", name, take_openssl_error().reason),
                    "export the private key again, as PKCS#8");
    take_openssl_error();
    return PrivateKey(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

extern "C" int copy_passphrase(char* buffer, int size, int /*encrypting*/, void* user) {
    const ByteView passphrase = static_cast<const Secret*>(user)->bytes();
    if (std::cmp_greater(passphrase.size(), size))
        return -1;
    std::ranges::copy(as_text(passphrase), buffer);
    return static_cast<int>(passphrase.size());
}

/// PEM with its "Proc-Type: 4,ENCRYPTED" header, PKCS#1 or SEC1 inside.
Expected<PrivateKey> old_encrypted_key(const PemBlock& block, std::string_view name,
                                       const Secret* passphrase) {
    if (passphrase == nullptr)
        return passphrase_missing(name);
    EVP_CIPHER_INFO cipher{};
    std::string header = block.header;
    if (PEM_get_EVP_CIPHER_INFO(header.data(), &cipher) != 1)
        return fail(code,
                    fmt::format("cannot read the header of the encrypted private key in {}: {}", name,
                                take_openssl_error().reason),
                    "export the private key again, as PKCS#8");
    Secret content = block.content.clone();
    auto length = static_cast<long>(content.size());
    // The callback only reads it; OpenSSL does not accept const.
    auto* user = const_cast<Secret*>(passphrase); // NOLINT(cppcoreguidelines-pro-type-const-cast)
    if (PEM_do_header(&cipher, reinterpret_cast<unsigned char*>(content.bytes().data()), &length,
                      copy_passphrase, user) != 1)
        return decryption_failed(name);
    content.truncate(static_cast<std::size_t>(length));
    auto key = plain_key(content.bytes(), name);
    // One wrong passphrase in 256 still yields valid padding, and noise instead of a key.
    return key ? std::move(key) : decryption_failed(name);
}

Expected<PrivateKey> key_in(const PemBlock& block, std::string_view name, const Secret* passphrase) {
    if (!block.header.empty())
        return old_encrypted_key(block, name, passphrase);
    if (format_of_label(block.label) == FileFormat::encrypted_key)
        return encrypted_key(block.content.bytes(), name, passphrase);
    return plain_key(block.content.bytes(), name);
}

bool is_private_key(const PemBlock& block) {
    return block.has_private_key() && format_of_label(block.label) != FileFormat::openssh_key;
}

/// "PUBLIC KEY" or the bare "RSA PUBLIC KEY".
Expected<PublicKey> plain_public_key(ByteView der, std::string_view name) {
    if (auto error = check_length(der, name, code))
        return std::unexpected(std::move(*error));
    const unsigned char* position = bytes_of(der);
    KeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
    if (!key) {
        position = bytes_of(der);
        key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &position, static_cast<long>(der.size())));
    }
    const OpensslError error = take_openssl_error();
    if (!key)
        return fail(code, fmt::format("cannot read the public key in {}: {}", name, error.reason),
                    "export the public key again from its private key");
    return PublicKey(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

Expected<PublicKey> certified_key(ByteView der, std::string_view name) {
    auto certificate = Certificate::from_der(der, name);
    auto key = certificate ? certificate->public_key() : std::unexpected(std::move(certificate.error()));
    if (!key)
        key.error().code = code;
    return key;
}

Expected<PublicKey> public_half(const Expected<PrivateKey>& key) {
    if (!key)
        return std::unexpected(key.error());
    return key->public_key();
}

std::unexpected<Error> no_key(FileFormat found, std::string_view name, std::string_view wanted) {
    return fail(code, fmt::format("{} is {}, not {}", name, description(found), wanted),
                hint_for_key(found, name));
}

std::unexpected<Error> no_key(const std::vector<PemBlock>& blocks, std::string_view name,
                              std::string_view wanted) {
    return fail(code, fmt::format("{} contains \"{}\", not {}", name, blocks.front().label, wanted),
                hint_for_key(format_of_label(blocks.front().label), name));
}

Expected<std::vector<PrivateKey>> as_list(Expected<PrivateKey> key) {
    if (!key)
        return std::unexpected(std::move(key.error()));
    return std::vector{std::move(*key)};
}

Expected<std::vector<PrivateKey>> keys_in(const std::vector<PemBlock>& blocks, std::string_view name,
                                          const Secret* passphrase) {
    std::vector<PrivateKey> keys;
    std::optional<Error> first_error;
    for (const PemBlock& block : blocks) {
        if (!is_private_key(block))
            continue;
        auto key = key_in(block, name, passphrase);
        if (key)
            keys.push_back(std::move(*key));
        else if (!first_error)
            first_error = std::move(key.error());
    }
    if (!keys.empty())
        return keys;
    if (first_error)
        return std::unexpected(std::move(*first_error));
    return no_key(blocks, name, "a private key");
}

} // namespace

Expected<std::vector<PrivateKey>> load_private_keys(ByteView bytes, std::string_view name,
                                                    const Secret* passphrase) {
    const Unwrapped unwrapped(bytes);
    bytes = unwrapped.bytes();
    switch (const FileFormat file_format = detect_format(bytes)) {
    case FileFormat::pem: {
        const auto blocks = read_pem(bytes, name, code);
        if (!blocks)
            return std::unexpected(blocks.error());
        return keys_in(*blocks, name, passphrase);
    }
    case FileFormat::private_key:
        return as_list(plain_key(bytes, name));
    case FileFormat::encrypted_key:
        return as_list(encrypted_key(bytes, name, passphrase));
    case FileFormat::pkcs12: {
        auto store = read_pkcs12(bytes, name, passphrase, code);
        if (!store)
            return std::unexpected(std::move(store.error()));
        if (!store->keys.empty())
            return std::move(store->keys);
        return fail(code, fmt::format("the PKCS#12 store {} contains no private key", name),
                    "export it again together with the private key");
    }
    default:
        return no_key(file_format, name, "a private key");
    }
}

Expected<PrivateKey> load_private_key(ByteView bytes, std::string_view name, const Secret* passphrase) {
    auto keys = load_private_keys(bytes, name, passphrase);
    if (!keys)
        return std::unexpected(std::move(keys.error()));
    const PublicKey first = keys->front().public_key();
    if (std::ranges::any_of(*keys, [&](const PrivateKey& key) { return key.public_key() != first; }))
        return fail(code, fmt::format("{} contains {} different private keys", name, keys->size()),
                    "name a file that contains one private key");
    return std::move(keys->front());
}

Expected<PublicKey> load_public_key(ByteView bytes, std::string_view name, const Secret* passphrase) {
    constexpr std::string_view wanted = "a public key, a certificate or a private key";
    const Unwrapped unwrapped(bytes);
    bytes = unwrapped.bytes();
    switch (const FileFormat file_format = detect_format(bytes)) {
    case FileFormat::pem: {
        const auto blocks = read_pem(bytes, name, code);
        if (!blocks)
            return std::unexpected(blocks.error());
        for (const PemBlock& block : *blocks) {
            if (format_of_label(block.label) == FileFormat::public_key)
                return plain_public_key(block.content.bytes(), name);
            if (format_of_label(block.label) == FileFormat::certificate)
                return certified_key(first_value(block.content.bytes()).value_or(block.content.bytes()),
                                     name);
            if (is_private_key(block))
                return public_half(key_in(block, name, passphrase));
        }
        return no_key(*blocks, name, wanted);
    }
    case FileFormat::public_key:
        return plain_public_key(bytes, name);
    case FileFormat::certificate:
        return certified_key(bytes, name);
    case FileFormat::private_key:
    case FileFormat::encrypted_key:
    case FileFormat::pkcs12:
        return public_half(load_private_key(bytes, name, passphrase));
    default:
        return no_key(file_format, name, wanted);
    }
}

} // namespace bgs2::pki
