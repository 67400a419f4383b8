// SPDX-License-Identifier: Apache-2.0
// Findings about certificates before sending, and the resulting state of the modem.
#include "tests/integration/certificates.h"
#include "tests/integration/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A policy with one [[slot]] with this certificate.
std::string slot(const Gateway& gateway, unsigned index, const Identity& identity) {
    const std::string file = gateway.write(fmt::format("slot{}.pem", index), identity.certificate_pem());
    return fmt::format("[[slot]]\nindex = {}\ncertificate = \"{}\"\n", index, file);
}

/// A finding about a slot of is_cert.
auto found(const std::string& severity, std::uint32_t slot, const std::string& code,
           const std::string& message, const std::string& hint) {
    return AllOf(Field(&Found::severity, severity), Field(&Found::store, "is_cert"),
                 Field(&Found::slot, slot), Field(&Found::code, code),
                 Field(&Found::message, AllOf(HasSubstr(fmt::format("slot {}", slot)), HasSubstr(message))),
                 Field(&Found::hint, HasSubstr(hint)));
}

TEST(Findings, AreEmptyForAClientCertificateAndItsCa) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(findings(gateway), IsEmpty());
}

TEST(Findings, WarnOfAClientCertificateThatChainsToNoCaInTheOtherSlots) {
    Gateway gateway;
    const Identity other =
        Identity::make({.common_name = "Other CA", .algorithm = Algorithm::rsa2048, .ca = true});
    const std::string certificate = gateway.write("client.pem", client().certificate_pem());
    const std::string key = gateway.write("client.key", client().pkcs8_pem());
    gateway.write_policy("10-client", "[[slot]]\nindex = 0\ncertificate = \"" + certificate +
                                          "\"\nprivate-key = \"" + key + "\"\n" + slot(gateway, 1, other));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(findings(gateway),
                ElementsAre(found("warning", 0, "InvalidCertificate",
                                  "does not chain to any CA in the other slots", "belong to the same PKI")));
}

TEST(Findings, WarnOfAServerCertificateThatIsNotACaCertificate) {
    Gateway gateway;
    gateway.write_policy("10-server", slot(gateway, 1, client()));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(findings(gateway),
                ElementsAre(found("warning", 1, "InvalidCertificate", "is not a CA certificate",
                                  "certificate of the CA that signs")));
}

TEST(Findings, WarnOfACertificateThatIsInTwoSlots) {
    Gateway gateway;
    gateway.write_policy("10-twice", slot(gateway, 1, certificate_authority()) +
                                         slot(gateway, 2, certificate_authority()));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(findings(gateway),
                ElementsAre(found("warning", 2, "InvalidArgument", "is also in slot 1", "neither slot")));
}

TEST(Findings, AreClearedOnceThePolicyIsCorrected) {
    Gateway gateway;
    gateway.write_policy("10-ca", slot(gateway, 1, client()));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    ASSERT_THAT(findings(gateway), Not(IsEmpty()));
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.reload();
    EXPECT_TRUE(gateway.eventually([&] { return findings(gateway).empty(); }));
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

class UnsupportedKey : public testing::TestWithParam<Algorithm> {
  protected:
    void set_up_policy(const std::string& section) {
        const Identity identity =
            Identity::make({.common_name = "Too Much CA", .algorithm = GetParam(), .ca = true});
        gateway_.write_policy("10-beyond", section + slot(gateway_, 1, identity));
        thumbprint_ = identity.certificate().fingerprint();
    }

    Gateway gateway_;
    std::string thumbprint_;
};

TEST_P(UnsupportedKey, BlocksTheModemAndIsNotSent) {
    set_up_policy("");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    const auto all = findings(gateway_);
    ASSERT_THAT(all, ElementsAre(found("error", 1, "NotSupported", "accepts RSA of up to 2048 bits",
                                       "family-limits = \"warn\"")));
    EXPECT_EQ(gateway_.property("Reason"), all.front().message);
    EXPECT_EQ(gateway_.property("Hint"), all.front().hint);
    EXPECT_EQ(gateway_.frames("modem"), 0U);
}

TEST_P(UnsupportedKey, IsSentWithAWarningIfFamilyLimitsIsWarn) {
    set_up_policy("[provision]\nfamily-limits = \"warn\"\n");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(1), thumbprint_);
    EXPECT_THAT(findings(gateway_),
                ElementsAre(found("warning", 1, "NotSupported", "accepts RSA of up to 2048 bits",
                                  "if the modem refuses it")));
}

INSTANTIATE_TEST_SUITE_P(Keys, UnsupportedKey, testing::Values(Algorithm::ec_p256, Algorithm::rsa3072),
                         [](const auto& instance) {
                             return instance.param == Algorithm::ec_p256 ? "Ec" : "Rsa3072";
                         });

class WorldReadableKey : public testing::Test {
  protected:
    /// The client with a key that all users can read.
    std::string set_up_policy() {
        const std::string policy = client_policy(gateway_);
        key_ = gateway_.path("client.key");
        namespace fs = std::filesystem;
        fs::permissions(key_, fs::perms(0644));
        return policy;
    }

    Gateway gateway_;
    std::string key_;
};

TEST_F(WorldReadableKey, BlocksTheModemUntilItsModeIsRestricted) {
    gateway_.write_policy("10-client", set_up_policy());
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_THAT(gateway_.property("Reason"),
                AllOf(HasSubstr("slot 0"), HasSubstr(key_), HasSubstr("is readable by others (mode 0644)")));
    EXPECT_THAT(gateway_.property("Hint"), HasSubstr("chmod o-r " + key_));
    EXPECT_EQ(gateway_.frames("modem"), 0U);

    std::filesystem::permissions(key_, std::filesystem::perms(0640));
    gateway_.reload();
    EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
}

TEST_F(WorldReadableKey, IsAcceptedIfThePolicyListsIt) {
    const std::string policy = set_up_policy();
    gateway_.write_policy("10-client", "[provision]\nreadable = [\"" + key_ + "\"]\n" + policy);
    gateway_.start();
    gateway_.plug("modem");
    EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_THAT(gateway_.modem_log("modem"), HasSubstr("key=yes"));
}

} // namespace
} // namespace bgs2::test
