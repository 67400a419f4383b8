// SPDX-License-Identifier: Apache-2.0
// Against the real SoftHSM2.
#include "daemon/pki/pkcs11.h"
#include "daemon/sbnw/signature.h"
#include "tests/support/soft_token.h"

#include <gmock/gmock.h>

#include <cstring>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using test::SoftToken;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Secret secret(std::string_view text) {
    return Secret::copy_of(as_bytes(text));
}

class Pkcs11 : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        rsa = std::make_unique<Identity>(Identity::make({.algorithm = Algorithm::rsa2048}));
        ec = std::make_unique<Identity>(Identity::make({.algorithm = Algorithm::ec_p256}));
        token = std::make_unique<SoftToken>();
        token->import(*rsa, "mgmt", "01");
        token->import(*ec, "curve", "02");
        token->add_extractable(rsa->key(), "open-rsa");
        token->add_extractable(ec->key(), "open-ec");
    }
    static void TearDownTestSuite() {
        token.reset();
        rsa.reset();
        ec.reset();
    }

    template<class T>
    static void expect_refused(const Expected<T>& result, ErrorCode code, const std::string& what,
                               const std::string& hint = "") {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code) << result.error().what;
        EXPECT_THAT(result.error().what, AllOf(HasSubstr(what), Not(HasSubstr("1234"))));
        EXPECT_THAT(result.error().hint, AllOf(HasSubstr(hint), Not("")));
    }

    static inline std::unique_ptr<Identity> rsa;
    static inline std::unique_ptr<Identity> ec;
    static inline std::unique_ptr<SoftToken> token;
    Secret pin_ = secret(SoftToken::pin);
};

TEST_F(Pkcs11, SignsByteForByteLikeAKeyFile) {
    const auto signer = token_signer(SoftToken::uri("object=mgmt"), &pin_);
    ASSERT_TRUE(signer) << to_string(signer.error());
    EXPECT_EQ((*signer)->public_key(), rsa->key().public_key());
    const auto frame = [](const Signer& by, sbnw::Digest digest) {
        sbnw::SecureCommand command;
        command.slot = 3;
        command.certificate = rsa->certificate_der();
        command.imei = "356938035643809";
        value_or_throw(sbnw::sign(command, by, digest));
        return value_or_throw(sbnw::encode(command));
    };
    for (const sbnw::Digest digest : values_of<sbnw::Digest>)
        EXPECT_EQ(frame(**signer, digest), frame(KeySigner(rsa->key()), digest));
}

TEST_F(Pkcs11, FindsAKeyByItsIdAndAmongTheConfiguredModules) {
    EXPECT_TRUE(token_signer(SoftToken::uri("id=%01"), &pin_));
    EXPECT_TRUE(token_signer(SoftToken::uri("object=mgmt;type=private"), &pin_));
    const auto configured = token_signer("pkcs11:token=gateway;object=mgmt", &pin_);
    EXPECT_TRUE(configured) << to_string(configured.error());
}

TEST_F(Pkcs11, SharesAKeyBetweenSeveralSigners) {
    const auto one = token_signer(SoftToken::uri("object=mgmt"), &pin_);
    auto other = token_signer(SoftToken::uri("object=mgmt"), &pin_);
    ASSERT_TRUE(one);
    ASSERT_TRUE(other);
    const Bytes digest(20, std::byte{1});
    EXPECT_EQ((*one)->sign(digest), (*other)->sign(digest));
    other->reset();
    EXPECT_TRUE((*one)->sign(digest));
}

TEST_F(Pkcs11, ReadsAnExtractableKey) {
    for (const auto& [name, identity] : {std::pair{"open-rsa", rsa.get()}, {"open-ec", ec.get()}}) {
        const auto key = read_token_key(SoftToken::uri(std::string("object=") + name), &pin_);
        ASSERT_TRUE(key) << to_string(key.error());
        EXPECT_TRUE(key->matches(identity->certificate())) << name;
        const Secret der = value_or_throw(key->to_der(KeyFormat::pkcs8));
        EXPECT_EQ(as_text(der.bytes()), as_text(identity->pkcs8_der())) << name;
    }
}

TEST_F(Pkcs11, ReportsANonExtractableKey) {
    expect_refused(read_token_key(SoftToken::uri("object=mgmt"), &pin_), ErrorCode::not_supported,
                   R"(the token does not export the key "mgmt" on the token "gateway")", "CKA_EXTRACTABLE");
}

TEST_F(Pkcs11, SignsWithRsaOnly) {
    expect_refused(token_signer(SoftToken::uri("object=curve"), &pin_), ErrorCode::invalid_argument,
                   R"(the key "curve" on the token "gateway" is not an RSA key)");
}

TEST_F(Pkcs11, TriesAWrongPinOnceAndTheRightOneStillWorks) {
    const Secret wrong = secret("9999");
    for (int i = 0; i < 2; ++i)
        expect_refused(token_signer(SoftToken::uri("object=mgmt"), &wrong), ErrorCode::invalid_argument,
                       R"(wrong PIN for the token "gateway")", "does not try the wrong PIN again");
    EXPECT_TRUE(token_signer(SoftToken::uri("object=mgmt"), &pin_));
}

TEST_F(Pkcs11, RequiresThePin) {
    expect_refused(token_signer(SoftToken::uri("object=mgmt"), nullptr), ErrorCode::invalid_argument,
                   R"(the token "gateway" requires its PIN)", "pin-source");
}

TEST_F(Pkcs11, NamesTheAvailableTokensIfNoneMatches) {
    const std::string uri = "pkcs11:token=other;object=mgmt?module-path=" + std::string(SoftToken::module);
    expect_refused(token_signer(uri, &pin_), ErrorCode::not_found,
                   "no token matches " + uri + R"(; the available tokens are "gateway")");
}

TEST_F(Pkcs11, NamesTheAvailableKeysIfNoneMatches) {
    const auto signer = token_signer(SoftToken::uri("object=missing"), &pin_);
    expect_refused(signer, ErrorCode::not_found,
                   R"(the token "gateway" has no private key that matches pkcs11:)");
    for (const auto* name : {R"("mgmt")", R"("curve")", R"("open-rsa")", R"("open-ec")"})
        EXPECT_THAT(signer.error().what, HasSubstr(name));
}

TEST_F(Pkcs11, RefusesToChooseAmongSeveralKeys) {
    expect_refused(token_signer(SoftToken::uri("type=private"), &pin_), ErrorCode::invalid_argument,
                   R"(the token "gateway" has 4 private keys that match pkcs11:)", "id=");
}

TEST_F(Pkcs11, RefusesToChooseAmongSeveralTokens) {
    token->add_token("spare");
    const std::string uri = "pkcs11:object=mgmt?module-path=" + std::string(SoftToken::module);
    const auto signer = token_signer(uri, &pin_);
    expect_refused(signer, ErrorCode::invalid_argument, "2 tokens match " + uri, "token=");
    EXPECT_THAT(signer.error().what, AllOf(HasSubstr(R"("gateway")"), HasSubstr(R"("spare")")));
}

TEST_F(Pkcs11, NamesAMissingModule) {
    expect_refused(token_signer("pkcs11:object=mgmt?module-path=/nowhere/module.so", &pin_),
                   ErrorCode::not_found, "cannot load the PKCS#11 module /nowhere/module.so");
    expect_refused(token_signer("pkcs11:object=mgmt?module-name=nobody", &pin_), ErrorCode::not_found,
                   R"(p11-kit has no PKCS#11 module named "nobody")", "p11-kit list-modules");
}

TEST_F(Pkcs11, RefusesAUriThatDoesNotNameAPrivateKey) {
    expect_refused(token_signer(SoftToken::uri("object=mgmt;type=cert"), &pin_), ErrorCode::invalid_argument,
                   "does not name a private key", "type=private");
    expect_refused(token_signer("pkcs11:objekt=mgmt", &pin_), ErrorCode::invalid_argument,
                   "pkcs11:objekt=mgmt has an unknown attribute");
    expect_refused(token_signer("pkcs11:object=%zz", &pin_), ErrorCode::invalid_argument,
                   "invalid pkcs11: URI");
}

TEST(PinFile, IsThePathInPinSource) {
    for (const auto* uri :
         {"pkcs11:object=a?pin-source=file:/run/pin", "pkcs11:object=a?pin-source=/run/pin",
          "pkcs11:object=a?pin-source=file:///run/pin", "pkcs11:object=a?pin-source=file:%2Frun%2Fpin"})
        EXPECT_EQ(pin_file(uri), std::filesystem::path("/run/pin")) << uri;
    EXPECT_EQ(pin_file("pkcs11:object=a"), std::nullopt);
}

TEST(PinFile, MustNotBeAProgramOrARelativePath) {
    for (const auto* uri : {"pkcs11:object=a?pin-source=%7C/bin/pin", "pkcs11:object=a?pin-source=pin",
                            "pkcs11:object=a?pin-source=file:pin"}) {
        const auto file = pin_file(uri);
        ASSERT_FALSE(file) << uri;
        EXPECT_EQ(file.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(file.error().what, HasSubstr("is not the absolute path of a file"));
    }
}

TEST(PinFile, RejectsAPinInTheUriWithoutShowingIt) {
    const auto file = pin_file("pkcs11:object=a?pin-value=1234");
    ASSERT_FALSE(file);
    EXPECT_THAT(to_string(file.error()), Not(HasSubstr("1234")));
}

} // namespace
} // namespace bgs2::pki
