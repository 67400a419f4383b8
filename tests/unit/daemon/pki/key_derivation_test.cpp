// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_derivation.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/openssl.h"

#include <gmock/gmock.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>

#include <array>
#include <memory>
#include <span>

namespace bgs2::pki {
namespace {

using testing::HasSubstr;

using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Freer<X509_ALGOR_free>>;

std::array<unsigned char, 8> salt{};

std::optional<Error> excess_of(const AlgorithmPtr& algorithm) {
    DerivationCost cost;
    cost.add(*algorithm);
    EXPECT_EQ(ERR_peek_error(), 0U);
    return cost.excess("a.key", ErrorCode::invalid_argument, "'again'");
}

AlgorithmPtr pbkdf2(int rounds) {
    return AlgorithmPtr(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), rounds, salt.data(), salt.size(), nullptr, -1));
}

AlgorithmPtr pkcs12_pbe(int rounds) {
    return AlgorithmPtr(
        PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, rounds, salt.data(), salt.size()));
}

AlgorithmPtr scrypt(std::uint64_t n, std::uint64_t r, std::uint64_t p) {
    return AlgorithmPtr(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt.data(), salt.size(), nullptr, n, r, p));
}

TEST(KeyDerivation, IsLimitedForEachAlgorithm) {
    constexpr int most = 10'000'000;
    EXPECT_FALSE(excess_of(pbkdf2(most)));
    EXPECT_FALSE(excess_of(pkcs12_pbe(most)));
    EXPECT_FALSE(excess_of(scrypt(16384, 8, 1)));
    EXPECT_FALSE(excess_of(scrypt(16384, 8, 76)));
    for (const auto& algorithm : {pbkdf2(most + 1), pkcs12_pbe(most + 1), scrypt(16384, 8, 77)}) {
        const auto excess = excess_of(algorithm);
        ASSERT_TRUE(excess);
        EXPECT_EQ(excess->code, ErrorCode::invalid_argument);
        EXPECT_THAT(excess->what, HasSubstr("decrypting a.key takes at least 100"));
        EXPECT_THAT(excess->what, HasSubstr("rounds of key derivation; the limit of bgs2d is 10000000"));
        EXPECT_EQ(excess->hint, "encrypt it again, which takes as long once: 'again'");
    }
}

TEST(KeyDerivation, IsAddedUpForAFile) {
    DerivationCost cost;
    cost.add(*pbkdf2(6'000'000));
    EXPECT_FALSE(cost.excess("a", ErrorCode::failed, ""));
    cost.add(*pkcs12_pbe(6'000'000));
    EXPECT_TRUE(cost.excess("a", ErrorCode::failed, ""));
    cost.add_rounds(~std::uint64_t{0});
    EXPECT_THAT(cost.excess("a", ErrorCode::failed, "")->what, HasSubstr("18446744073709551615"));
}

TEST(KeyDerivation, OfAKeyThatOpenSslGivesNoMemoryForIsRefused) {
    const AlgorithmPtr algorithm = scrypt(16384, 8, 1);
    ASSERT_TRUE(algorithm);
    auto* pbe2 =
        static_cast<PBE2PARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter));
    auto* parameters = static_cast<SCRYPT_PARAMS*>(
        ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), pbe2->keyfunc->parameter));
    ASN1_INTEGER_set_uint64(parameters->costParameter, 262144);
    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameters, &pbe2->keyfunc->parameter);
    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), pbe2, &algorithm->parameter);
    SCRYPT_PARAMS_free(parameters);
    PBE2PARAM_free(pbe2);
    const auto excess = excess_of(algorithm);
    ASSERT_TRUE(excess);
    EXPECT_EQ(
        excess->what,
        "decrypting a.key takes 268435456 bytes of memory for scrypt; the limit of OpenSSL is 33554432");
    EXPECT_THAT(excess->hint, HasSubstr("with PBKDF2"));
}

TEST(KeyDerivation, OfAKeyIsRefusedBeforeItIsComputed) {
    const EncryptedPkcs8Ptr encrypted(X509_SIG_new());
    X509_ALGOR* algorithm = nullptr;
    ASN1_OCTET_STRING* content = nullptr;
    X509_SIG_getm(encrypted.get(), &algorithm, &content);
    ASSERT_EQ(X509_ALGOR_copy(algorithm, pbkdf2(2'000'000'000).get()), 1);
    ASSERT_EQ(ASN1_OCTET_STRING_set(content, salt.data(), salt.size()), 1);
    unsigned char* der = nullptr;
    const int size = i2d_X509_SIG(encrypted.get(), &der);
    ASSERT_GT(size, 0);
    const auto bytes = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
    const Secret passphrase = Secret::copy_of(as_bytes("x"));
    const auto key = load_private_key(bytes, "/a/b.key", &passphrase);
    OPENSSL_free(der);
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().what, HasSubstr("at least 2000000000 rounds"));
    EXPECT_THAT(key.error().hint, HasSubstr("'openssl pkey -in /a/b.key -aes256 -out /a/b.key.pem'"));
}

} // namespace
} // namespace bgs2::pki
