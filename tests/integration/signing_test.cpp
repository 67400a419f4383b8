// SPDX-License-Identifier: Apache-2.0
// Modems in secure mode, and the sources of management keys and client keys.
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"
#include "tests/integration/certificates.h"
#include "tests/support/bytes.h"
#include "tests/support/soft_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A module that accepts only commands signed with the management key.
std::vector<std::string> secure_module(const Gateway& gateway, const std::vector<Held>& held = {}) {
    const std::string key = gateway.write("module.pem", management().public_pem());
    return {"--secure", key, "--slots", slots_file(gateway, held)};
}

/// The key "sign = { key = ... }" of [provision], with additional members.
std::string sign_with(const std::string& key, const std::string& rest = "") {
    return "sign = { key = \"" + key + "\"" + rest + " }\n";
}

std::string provision_section(const Gateway& gateway, const std::string& rest = "") {
    return "[provision]\n" + sign_with(gateway.write("management.key", management().pkcs8_pem()), rest);
}

/// The digest of the signature of the `nth` received frame.
std::optional<sbnw::Digest> digest_of(const Gateway& gateway, unsigned nth) {
    const Bytes bytes = read_whole(gateway.path(fmt::format("modem.frames/{:03}.bin", nth)));
    const auto frame = sbnw::decode(bytes);
    if (!frame)
        return std::nullopt;
    const auto digest = sbnw::verify(*frame, management().key().public_key());
    return digest ? std::optional(*digest) : std::nullopt;
}

struct SigningCase {
    const char* name;
    sbnw::Digest digest;
    bool imei;
    const char* parameters; ///< ids of the parameters of the write of slot 0
};

class Signing : public testing::TestWithParam<SigningCase> {};

TEST_P(Signing, MakesAModemInSecureModeCompliant) {
    Gateway gateway;
    const std::string rest =
        fmt::format(", digest = \"{}\", imei = {}", word(GetParam().digest), GetParam().imei);
    gateway.write_policy("10-signed", provision_section(gateway, rest) + client_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway));
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log() << gateway.modem_log("modem");
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_THAT(gateway.modem_log("modem"),
                HasSubstr("asked write is_cert 0 parameters=" + std::string(GetParam().parameters) + "\n"));
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("key=yes"));
    ASSERT_EQ(gateway.frames("modem"), 2U);
    EXPECT_EQ(digest_of(gateway, 1), GetParam().digest);
    EXPECT_EQ(digest_of(gateway, 2), GetParam().digest);
}

INSTANTIATE_TEST_SUITE_P(Digests, Signing,
                         testing::Values(SigningCase{"Sha1", sbnw::Digest::sha1, false, "1,2,5,3"},
                                         SigningCase{"Sha1WithImei", sbnw::Digest::sha1, true, "1,2,5,4,3"},
                                         SigningCase{"Sha256", sbnw::Digest::sha256, false, "1,2,5,3"},
                                         SigningCase{"Sha256WithImei", sbnw::Digest::sha256, true,
                                                     "1,2,5,4,3"}),
                         [](const auto& instance) { return instance.param.name; });

TEST(SecureMode, AnOccupiedSlotIsErasedOnlyOnceTheModuleRefusesToOverwriteIt) {
    Gateway gateway;
    gateway.write_policy("10-signed", provision_section(gateway) + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway, {{"is_cert", 1, client().certificate_pem()}}));
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log() << gateway.modem_log("modem");
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    const std::string log = gateway.modem_log("modem");
    EXPECT_LT(log.find("refused"), log.find("slot is_cert 1 emptied"));
    EXPECT_LT(log.find("slot is_cert 1 emptied"), log.find("slot is_cert 1 written"));
    EXPECT_THAT(log, HasSubstr("slot is_cert 1 written"));
    EXPECT_EQ(gateway.frames("modem"), 3U);
}

TEST(SecureMode, UnlistedSlotsAreErasedBySignedCommands) {
    Gateway gateway;
    gateway.write_policy("10-signed",
                         provision_section(gateway) + "erase-unlisted = true\n" + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway, {{"is_cert", 1, certificate_authority().certificate_pem()},
                                                  {"is_cert", 5, client().certificate_pem()}}));
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log() << gateway.modem_log("modem");
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(5), "");
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("slot is_cert 5 emptied"));
    EXPECT_EQ(gateway.frames("modem"), 1U);
}

TEST(SecureMode, AWrongSigningKeyBlocksTheModem) {
    Gateway gateway;
    const std::string key = gateway.write("other.key", client().pkcs8_pem());
    gateway.write_policy("10-signed", "[provision]\n" + sign_with(key) + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway));
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("SECURE CMD ERROR"));
    EXPECT_THAT(gateway.property("Hint"), HasSubstr("management key"));
    EXPECT_EQ(gateway.thumbprint(1), "");
    EXPECT_THAT(gateway.log(), Not(HasSubstr(": compliant: ")));
}

TEST(SecureMode, AnUnsignedPolicyBlocksTheModemNamingTheRequiredSigner) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway, {{"management_cert", 1, management().certificate_pem()}}));
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("SECURE CMD ERROR"));
    EXPECT_THAT(gateway.property("Hint"),
                AllOf(HasSubstr("Fleet Management"), HasSubstr("[provision.sign]")));

    gateway.write_policy("10-ca", provision_section(gateway) + ca_policy(gateway));
    gateway.reload();
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(SigningKey, MayBeOnATokenWithItsPinInAFile) {
    const SoftToken token;
    token.import(management(), "mgmt", "01");
    Gateway gateway;
    const std::string pin = gateway.write("pin", std::string(SoftToken::pin) + "\n");
    gateway.write_policy("10-signed",
                         "[provision]\n" +
                             sign_with(SoftToken::uri("object=mgmt"), ", passphrase = \"" + pin + "\"") +
                             client_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway));
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(digest_of(gateway, 1), sbnw::Digest::sha256);
}

TEST(SigningKey, MayBeEncryptedWithAPassphraseInAFile) {
    Gateway gateway;
    const std::string key = gateway.write("management.key", management().encrypted_pem("Mond über See"));
    const std::string passphrase = gateway.write("management.pass", "Mond über See\n");
    gateway.write_policy("10-signed", "[provision]\n" +
                                          sign_with(key, ", passphrase = \"" + passphrase + "\"") +
                                          ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", secure_module(gateway));
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(SigningKey, MayBeACredential) {
    Gateway gateway;
    gateway.write("credentials/mgmt.key", management().traditional_pem());
    gateway.write_policy("10-signed",
                         "[provision]\n" + sign_with("credential:mgmt.key") + ca_policy(gateway));
    gateway.start({}, {"CREDENTIALS_DIRECTORY=" + gateway.path("credentials")});
    gateway.plug("modem", secure_module(gateway));
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(SigningKey, FromAMissingCredentialBlocksTheModem) {
    Gateway gateway;
    gateway.write_policy("10-signed",
                         "[provision]\n" + sign_with("credential:mgmt.key") + ca_policy(gateway));
    gateway.start({}, {"CREDENTIALS_DIRECTORY="});
    gateway.plug("modem", secure_module(gateway));
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), AllOf(HasSubstr("the signing key"), HasSubstr("mgmt.key")));
    EXPECT_EQ(gateway.frames("modem"), 0U);
}

/// Slot 0 after a write of a client certificate with its key.
void expect_client_with_key(Gateway& gateway) {
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("key=yes"));
}

TEST(ClientKey, MayBeEncryptedPkcs8) {
    Gateway gateway;
    const std::string certificate = gateway.write("client.pem", client().certificate_pem());
    const Bytes der = client().encrypted_der("keypass");
    const std::string key = gateway.write("client.key", as_text(der));
    const std::string passphrase = gateway.write("client.pass", "keypass\n");
    gateway.write_policy("10-client",
                         fmt::format("[[slot]]\nindex = 0\ncertificate = \"{}\"\nprivate-key = \"{}\"\n"
                                     "passphrase = \"{}\"\n",
                                     certificate, key, passphrase));
    gateway.start();
    gateway.plug("modem");
    expect_client_with_key(gateway);
}

TEST(ClientKey, MayBeInAPkcs12WhosePassphraseIsACredential) {
    Gateway gateway;
    const Bytes store = client().pkcs12({.passphrase = "clientpass"});
    const std::string file = gateway.write("client.p12", as_text(store));
    gateway.write("credentials/p12.pass", "clientpass");
    gateway.write_policy("10-client", "[[slot]]\nindex = 0\ncertificate = \"" + file +
                                          "\"\npassphrase = \"credential:p12.pass\"\n");
    gateway.start({}, {"CREDENTIALS_DIRECTORY=" + gateway.path("credentials")});
    gateway.plug("modem");
    expect_client_with_key(gateway);
}

} // namespace
} // namespace bgs2::test
