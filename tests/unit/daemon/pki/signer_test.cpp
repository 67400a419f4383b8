// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/openssl.h"
#include "daemon/pki/signer.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;

TEST(KeySigner, PadsTheBareDigest) {
    const Identity identity = Identity::make({.algorithm = Algorithm::rsa2048});
    const KeySigner signer(identity.key());
    EXPECT_EQ(signer.public_key(), identity.key().public_key());
    for (const std::size_t size : {20U, 32U}) {
        const Bytes digest(size, std::byte{0xa5});
        const auto signature = signer.sign(digest);
        ASSERT_TRUE(signature) << to_string(signature.error());
        ASSERT_EQ(signature->size(), 256);

        // The block as the public key gives it back: 00 01 ff ... ff 00 digest (RFC 8017 §9.2, less
        // DigestInfo).
        const KeyContextPtr context(EVP_PKEY_CTX_new(identity.key().native(), nullptr));
        Bytes block(256);
        std::size_t length = block.size();
        ASSERT_EQ(EVP_PKEY_verify_recover_init(context.get()), 1);
        ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
        ASSERT_EQ(EVP_PKEY_verify_recover(context.get(), reinterpret_cast<unsigned char*>(block.data()),
                                          &length, bytes_of(*signature), signature->size()),
                  1);
        Bytes expected(256, std::byte{0xff});
        expected[0] = std::byte{0};
        expected[1] = std::byte{1};
        expected[255 - size] = std::byte{0};
        std::ranges::copy(digest, expected.end() - static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(block, expected);
    }
}

TEST(KeySigner, SignsWithRsaOnly) {
    const KeySigner signer(Identity::make({.algorithm = Algorithm::ec_p256}).key());
    const auto signature = signer.sign(Bytes(20));
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error(), require_rsa(KeyKind::ec).error());
    EXPECT_EQ(signature.error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(require_rsa(KeyKind::rsa));
}

TEST(KeySigner, LeavesNoOpenSslErrorIfTheKeyIsTooShort) {
    const Identity identity = Identity::make({.algorithm = Algorithm::rsa2048});
    const auto signature = KeySigner(identity.key()).sign(Bytes(300));
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code, ErrorCode::failed);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

} // namespace
} // namespace bgs2::pki
