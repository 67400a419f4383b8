// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/signing_key.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace bgs2::sim {
namespace {

// By default, OpenSSL prompts for the passphrase of an encrypted key on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
    return -1;
}

Bio memory(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Key parse(const std::string& text) {
    Key key(PEM_read_bio_PUBKEY(memory(text).get(), nullptr, no_passphrase, nullptr));
    if (!key)
        key.reset(PEM_read_bio_PrivateKey(memory(text).get(), nullptr, no_passphrase, nullptr));
    if (!key) {
        const X509Certificate certificate(
            PEM_read_bio_X509(memory(text).get(), nullptr, no_passphrase, nullptr));
        if (certificate)
            key.reset(X509_get_pubkey(certificate.get()));
    }
    ERR_clear_error();
    return key;
}

} // namespace

SigningKey SigningKey::load(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::system_error(errno, std::generic_category(),
                                fmt::format("cannot read the key {}", file.string()));
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    auto key = parse(text);
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
        throw std::runtime_error(fmt::format("{} has no RSA key; use a PEM file with a public key, an "
                                             "unencrypted private key or a certificate",
                                             file.string()));
    return SigningKey(std::move(key));
}

bool SigningKey::verify(std::string_view signature, ByteView content) const {
    const auto bytes = from_base64(signature);
    if (!bytes)
        return false;

    // The frame does not name its digest. The recovered one can be compared with both.
    const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    Bytes recovered(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
    auto size = recovered.size();
    const bool readable =
        context && EVP_PKEY_verify_recover_init(context.get()) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_verify_recover(context.get(), recovered.data(), &size, bytes->data(), bytes->size()) == 1;
    ERR_clear_error();
    if (!readable)
        return false;
    recovered.resize(size);
    return recovered == sha256(content) || recovered == sha1(content);
}

} // namespace bgs2::sim
