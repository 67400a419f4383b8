// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/signer.h"

#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/rsa.h>

#include <utility>

namespace bgs2::pki {

Expected<void> require_rsa(KeyKind kind) {
    if (kind != KeyKind::rsa)
        return fail(ErrorCode::invalid_argument,
                    "the key is not an RSA key, which signing secure commands requires",
                    "use the RSA management key");
    return {};
}

KeySigner::KeySigner(PrivateKey key)
  : key_(std::move(key)) {}

PublicKey KeySigner::public_key() const {
    return key_.public_key();
}

Expected<Bytes> KeySigner::sign(ByteView digest) const {
    if (auto rsa = require_rsa(key_.kind()); !rsa)
        return std::unexpected(std::move(rsa.error()));
    // With no signature digest set, OpenSSL puts no DigestInfo in, which is what the module expects.
    const KeyContextPtr context(EVP_PKEY_CTX_new(key_.native(), nullptr));
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.native())));
    std::size_t size = signature.size();
    if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                      bytes_of(digest), digest.size()) != 1)
        return fail(ErrorCode::failed, fmt::format("the key could not sign: {}", take_openssl_error().reason),
                    "check that it is a usable RSA private key");
    signature.resize(size);
    return signature;
}

} // namespace bgs2::pki
