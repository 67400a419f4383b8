// SPDX-License-Identifier: Apache-2.0
// Provisioning of a new modem.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Provision, APluggedInModemReceivesTheCaCertificate) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway.property("Policy"), "10-ca");
    EXPECT_EQ(gateway.property("Model"), "BGS2-W");
    EXPECT_EQ(gateway.property("Revision"), "01.301");
    EXPECT_EQ(gateway.property("Port"), gateway.path("modem"));
}

TEST(Provision, AClientCertificateIsWrittenWithItsKey) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("slot is_cert 0 written"));
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("key=yes"));
}

TEST(Provision, AModemPresentBeforeTheDaemonStartsIsProvisioned) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.plug("modem");
    ASSERT_TRUE(
        gateway.eventually([&] { return gateway.modem_log("modem").find("link ") != std::string::npos; }));
    gateway.start();
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(Provision, AModemReappearingOnAnotherNodeIsRecognizedAndNotRewritten) {
    Gateway gateway({"first", "second"});
    const std::string slots = gateway.path("slots.json");
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("first", {"--slots", slots});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    gateway.unplug("first");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.property("State").empty(); })) << gateway.log();
    gateway.plug("second", {"--slots", slots});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.property("Port"), gateway.path("second"));
    EXPECT_EQ(gateway.frames("first"), 2U);
    EXPECT_EQ(gateway.frames("second"), 0U);
}

TEST(Provision, ACompliantSlotIsNotRewrittenAfterADaemonRestart) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    ASSERT_EQ(gateway.stop(), 0);
    gateway.start();
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 2U);
}

TEST(Provision, ManyModemsAreProvisionedInParallel) {
    Gateway gateway({"a", "b", "c", "d"});
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    // The silent modem does not delay the others.
    gateway.plug("a", {"--imei", "356938035643800", "--fault", "silence"});
    gateway.plug("b", {"--imei", "356938035643801", "--baud", "9600"});
    gateway.plug("c", {"--imei", "356938035643802"});
    gateway.plug("d", {"--imei", "356938035643803"});
    EXPECT_TRUE(gateway.becomes("compliant", "356938035643803")) << gateway.log();
    EXPECT_TRUE(gateway.becomes("compliant", "356938035643802")) << gateway.log();
    EXPECT_TRUE(gateway.becomes("compliant", "356938035643801")) << gateway.log();
    EXPECT_TRUE(gateway.eventually([&] { return gateway.port_state("a") == "silent"; }));
}

TEST(Provision, EachModemReceivesTheCertificateNamedByItsImei) {
    Gateway gateway({"a", "b"});
    gateway.write("356938035643801.pem", certificate_authority().certificate_pem());
    gateway.write("356938035643802.pem", client().certificate_pem());
    gateway.write_policy("10-own",
                         "[[slot]]\nindex = 1\ncertificate = \"" + gateway.path("{imei}.pem") + "\"\n");
    gateway.start();
    gateway.plug("a", {"--imei", "356938035643801"});
    gateway.plug("b", {"--imei", "356938035643802"});
    ASSERT_TRUE(gateway.becomes("compliant", "356938035643801")) << gateway.log();
    ASSERT_TRUE(gateway.becomes("compliant", "356938035643802")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1, "356938035643801"), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(1, "356938035643802"), client().certificate().fingerprint());
}

struct Blocker {
    const char* name;
    std::string certificate;
    std::string key;
    const char* reason;
};

class Preflight : public testing::TestWithParam<Blocker> {};

TEST_P(Preflight, BlocksTheModemAndWritesNothing) {
    Gateway gateway;
    const std::string certificate = GetParam().certificate.empty()
                                        ? gateway.path("missing.pem")
                                        : gateway.write("client.pem", GetParam().certificate);
    const std::string key = gateway.write("client.key", GetParam().key);
    gateway.write_policy("10-client", "[[slot]]\nindex = 0\ncertificate = \"" + certificate +
                                          "\"\nprivate-key = \"" + key + "\"\n");
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("slot 0"));
    EXPECT_THAT(gateway.property("Reason"), HasSubstr(GetParam().reason));
    EXPECT_FALSE(gateway.property("Hint").empty());
    EXPECT_THAT(gateway.modem_log("modem"), Not(HasSubstr("SBNW")));
}

std::string expired_certificate() {
    return Identity::make({.common_name = "Expired",
                           .not_after = std::chrono::sys_days{std::chrono::year{2021} / 1 / 1}})
        .certificate_pem();
}

INSTANTIATE_TEST_SUITE_P(
    Blockers, Preflight,
    testing::Values(Blocker{"Missing", "", client().pkcs8_pem(), "missing.pem"},
                    Blocker{"MismatchedKey", client().certificate_pem(), certificate_authority().pkcs8_pem(),
                            "key"},
                    Blocker{"Expired", expired_certificate(), client().pkcs8_pem(), "client.pem"},
                    Blocker{"NoCertificate", "hello\n", client().pkcs8_pem(), "client.pem"}),
    [](const auto& instance) { return instance.param.name; });

} // namespace
} // namespace bgs2::test
