// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/certificate.h"
#include "daemon/pki/private_key.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <vector>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(KeyKind, IsNamedByItsUsualAbbreviation) {
    EXPECT_THAT(words_of<KeyKind>, ElementsAre("RSA", "EC", "other"));
}

TEST(PrivateKey, ReportsItsKindAndSize) {
    struct Row {
        Algorithm algorithm;
        KeyKind kind;
        int bits;
    };
    const std::vector<Row> table = {{Algorithm::rsa2048, KeyKind::rsa, 2048},
                                    {Algorithm::ec_p256, KeyKind::ec, 256},
                                    {Algorithm::rsa_pss, KeyKind::other, 2048},
                                    {Algorithm::ed25519, KeyKind::other, 256}};
    for (const auto& row : table) {
        const PrivateKey key = Identity::make({.algorithm = row.algorithm}).key();
        EXPECT_EQ(key.kind(), row.kind);
        EXPECT_EQ(key.bits(), row.bits);
        EXPECT_EQ(key.public_key().kind(), row.kind);
        EXPECT_EQ(key.public_key().bits(), row.bits);
    }
}

TEST(PrivateKey, MatchesItsOwnCertificateOnly) {
    const Identity rsa = Identity::make({.algorithm = Algorithm::rsa2048});
    const Identity other = Identity::make({.algorithm = Algorithm::rsa2048});
    const Identity ec = Identity::make({});
    EXPECT_TRUE(rsa.key().matches(rsa.certificate()));
    EXPECT_TRUE(ec.key().matches(ec.certificate()));
    EXPECT_FALSE(rsa.key().matches(other.certificate()));
    EXPECT_FALSE(rsa.key().matches(ec.certificate()));
    EXPECT_FALSE(ec.key().matches(rsa.certificate()));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKey, IsEncodedLikeOpenSsl) {
    for (const Algorithm algorithm : {Algorithm::rsa2048, Algorithm::ec_p256}) {
        const Identity identity = Identity::make({.algorithm = algorithm});
        const auto pkcs8 = identity.key().to_der(KeyFormat::pkcs8);
        const auto traditional = identity.key().to_der(KeyFormat::traditional);
        ASSERT_TRUE(pkcs8);
        ASSERT_TRUE(traditional);
        EXPECT_EQ(*pkcs8, Secret::copy_of(identity.pkcs8_der()));
        EXPECT_EQ(*traditional, Secret::copy_of(identity.traditional_der()));
        EXPECT_EQ(CRYPTO_secure_allocated(pkcs8->bytes().data()), 1);
    }
}

TEST(PrivateKey, RefusesAFormatUnsupportedByItsKind) {
    const Identity identity = Identity::make({.algorithm = Algorithm::ed25519});
    EXPECT_TRUE(identity.key().to_der(KeyFormat::pkcs8));
    const auto traditional = identity.key().to_der(KeyFormat::traditional);
    ASSERT_FALSE(traditional);
    EXPECT_EQ(traditional.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(traditional.error().what,
                HasSubstr("cannot write a private key of the type ED25519 as traditional"));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

} // namespace
} // namespace bgs2::pki
