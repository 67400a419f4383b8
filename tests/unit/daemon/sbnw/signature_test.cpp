// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_file.h"
#include "daemon/sbnw/signature.h"
#include "tests/support/bytes.h"
#include "tests/unit/daemon/sbnw/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>

namespace bgs2::sbnw {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

pki::PrivateKey own(EVP_PKEY* key) {
    return pki::PrivateKey(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
}

pki::PrivateKey new_rsa_key() {
    return own(EVP_RSA_gen(2048));
}

pki::PrivateKey new_ec_key() {
    return own(EVP_EC_gen("P-256"));
}

SecureCommand some_command() {
    SecureCommand command;
    command.slot = 3;
    command.certificate = test::from_hex("30 03 02 01 05");
    command.imei = "356938035643809";
    return command;
}

/// The bytes of a signed frame; the test fails where it cannot be made.
Bytes signed_frame(const pki::PrivateKey& key, Digest digest) {
    SecureCommand command = some_command();
    value_or_throw(sign(command, pki::KeySigner(key), digest));
    const auto frame = value_or_throw(encode(command));
    return {frame.bytes().begin(), frame.bytes().end()};
}

Expected<Digest> verify_bytes(ByteView bytes, const pki::PublicKey& key) {
    const auto frame = decode(bytes);
    if (!frame)
        return std::unexpected(frame.error());
    return verify(*frame, key);
}

class SignatureTest : public testing::Test {
  protected:
    /// The same for all tests: each new one takes long to make.
    static const pki::PrivateKey& key() {
        static const pki::PrivateKey key = new_rsa_key();
        return key;
    }
};

TEST(Digest, IsNamedAsInOpenSsl) {
    EXPECT_THAT(words_of<Digest>, ElementsAre("sha1", "sha256"));
}

TEST_F(SignatureTest, ReportsItsDigest) {
    for (const Digest each : {Digest::sha1, Digest::sha256}) {
        const auto verified = verify_bytes(signed_frame(key(), each), key().public_key());
        ASSERT_TRUE(verified) << verified.error().what;
        EXPECT_EQ(*verified, each);
    }
}

TEST_F(SignatureTest, IsDeterministicAndReplacesAnExistingOne) {
    SecureCommand command = some_command();
    ASSERT_TRUE(sign(command, pki::KeySigner(key()), Digest::sha256));
    const auto first = command.signature;
    ASSERT_TRUE(sign(command, pki::KeySigner(key()), Digest::sha1));
    EXPECT_NE(command.signature, first);
    ASSERT_TRUE(sign(command, pki::KeySigner(key()), Digest::sha256));
    EXPECT_EQ(command.signature, first);
}

TEST_F(SignatureTest, ByAnotherKeyIsRejected) {
    const auto verified = verify_bytes(signed_frame(key(), Digest::sha256), new_rsa_key().public_key());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::verify_failed);
    EXPECT_EQ(ERR_peek_error(), 0U) << "an error is left behind for somebody else to report";
}

TEST_F(SignatureTest, IsInvalidAfterAChangeOfAnySignedByte) {
    const Bytes valid = signed_frame(key(), Digest::sha256);
    const auto signature_offset = decode(valid)->find(ParameterId::signature)->offset;
    for (std::size_t offset = 2; offset < signature_offset; ++offset) {
        SCOPED_TRACE(offset);
        Bytes changed = valid;
        changed[offset] ^= std::byte{1};
        const auto frame = decode(changed);
        if (!frame)
            continue; // the codec refuses it already
        const auto verified = verify(*frame, key().public_key());
        ASSERT_FALSE(verified);
        EXPECT_EQ(verified.error().code, ErrorCode::verify_failed);
    }
}

TEST_F(SignatureTest, IsIncludedInTheParameterCount) {
    const Bytes valid = signed_frame(key(), Digest::sha256);
    EXPECT_EQ(valid[4], std::byte{4}); // slot, certificate, IMEI and the signature
}

TEST_F(SignatureTest, IsReportedIfMissing) {
    const auto frame = value_or_throw(encode(some_command()));
    const auto verified = verify_bytes(frame.bytes(), key().public_key());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(verified.error().what, HasSubstr("no signature"));
}

TEST_F(SignatureTest, ThatIsNotSingleLineBase64IsRejected) {
    for (const std::string_view text : {"?", "QUJ", "QUJDR", "Q*JD", "QUJD\nQUJD", "====", "    "}) {
        SecureCommand command = some_command();
        command.signature = text;
        const auto frame = value_or_throw(encode(command));
        const auto verified = verify_bytes(frame.bytes(), key().public_key());
        ASSERT_FALSE(verified) << text;
        EXPECT_EQ(verified.error().code, ErrorCode::invalid_argument) << text;
        EXPECT_THAT(verified.error().what, HasSubstr("Base64")) << text;
    }
}

TEST_F(SignatureTest, OfTheWrongLengthFailsVerification) {
    SecureCommand command = some_command();
    command.signature = "QUJD";
    const auto frame = value_or_throw(encode(command));
    const auto verified = verify_bytes(frame.bytes(), key().public_key());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::verify_failed);
}

/// The signature of every other tool: PKCS#1 v1.5 around a DigestInfo. A module takes it for wrong
/// (protocol.md §1).
TEST_F(SignatureTest, WithADigestInfoIsRejected) {
    SecureCommand command = some_command();
    ASSERT_TRUE(sign(command, pki::KeySigner(key()), Digest::sha256));
    const auto bare = value_or_throw(encode(command));
    const auto frame = decode(bare.bytes());
    const ByteView covered = frame->bytes.first(frame->find(ParameterId::signature)->offset).subspan(2);

    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::array<unsigned char, 256> signature{};
    std::size_t size = signature.size();
    ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key().native()), 1);
    ASSERT_EQ(EVP_DigestSign(context.get(), signature.data(), &size,
                             reinterpret_cast<const unsigned char*>(covered.data()), covered.size()),
              1);
    std::array<unsigned char, 345> base64{};
    const int length = EVP_EncodeBlock(base64.data(), signature.data(), static_cast<int>(size));
    command.signature = std::string(base64.data(), base64.data() + length);

    const auto ordinary = value_or_throw(encode(command));
    const auto verified = verify_bytes(ordinary.bytes(), key().public_key());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::verify_failed);
}

TEST_F(SignatureTest, IsNeitherMadeNorVerifiedWithAnEllipticCurveKey) {
    SecureCommand command = some_command();
    const auto made = sign(command, pki::KeySigner(new_ec_key()), Digest::sha256);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command.signature, std::nullopt);

    const auto verified = verify_bytes(signed_frame(key(), Digest::sha1), new_ec_key().public_key());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::invalid_argument);
}

TEST_F(SignatureTest, IsNotAddedToACommandThatCannotBeEncoded) {
    SecureCommand command = some_command();
    command.imei = "1";
    const auto made = sign(command, pki::KeySigner(key()), Digest::sha1);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command.signature, std::nullopt);

    command = some_command();
    command.certificate = Bytes(max_frame_size - 100);
    const auto too_long = sign(command, pki::KeySigner(key()), Digest::sha1);
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code, ErrorCode::too_much_data);
    EXPECT_EQ(command.signature, std::nullopt);
}

using VendorSignatures = VectorsTest;

TEST_F(VendorSignatures, AreReproducedByteForByteAndVerified) {
    int count = 0;
    for (Vector& vector : vectors_) {
        if (!vector.digest)
            continue;
        SCOPED_TRACE(vector.name);
        ++count;
        const auto key = pki::load_private_key(test::read_whole(vector.signing_key), "the vendor's key");
        ASSERT_TRUE(key) << key.error().what;
        ASSERT_TRUE(sign(vector.command, pki::KeySigner(*key), *vector.digest));
        const auto frame = encode(vector.command);
        ASSERT_TRUE(frame) << frame.error().what;
        EXPECT_EQ(to_hex(frame->bytes()), to_hex(vector.frame));

        const auto verified = verify_bytes(vector.frame, key->public_key());
        ASSERT_TRUE(verified) << verified.error().what;
        EXPECT_EQ(*verified, *vector.digest);
    }
    EXPECT_GT(count, 0);
}

} // namespace
} // namespace bgs2::sbnw
