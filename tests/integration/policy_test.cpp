// SPDX-License-Identifier: Apache-2.0
// Effects of policies and of their changes.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace bgs2::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Policy, IsAppliedOnReload) {
    Gateway gateway;
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
    gateway.write_policy("10-ca", ca_policy(gateway));
    EXPECT_THAT(gateway.reload(), IsEmpty());
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
}

TEST(Policy, IsAppliedOnSighup) {
    Gateway gateway;
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.daemon().signal(SIGHUP);
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(Policy, WithoutTheTomlSuffixIsIgnoredWithAHintInTheLog) {
    Gateway gateway;
    gateway.write("policy.d/50-CLOUD.TOML", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
    EXPECT_THAT(gateway.log(),
                HasSubstr(gateway.path("policy.d/50-CLOUD.TOML") +
                          ": ignored: its name does not end in .toml; rename it to 50-CLOUD.toml"));
}

TEST(Policy, ThatIsInvalidIsRejectedAndTheActivePoliciesStay) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    gateway.write_policy("05-broken", "[provision]\nmoed = \"auto\"\n");
    EXPECT_THAT(gateway.reload(), ElementsAre(HasSubstr("05-broken.toml:2:1: ")));
    EXPECT_EQ(gateway.property("Policy"), "10-ca");
    EXPECT_EQ(gateway.property("State"), "compliant");
    const auto errors = gateway.manager()
                            .getProperty("PolicyErrors")
                            .onInterface("io.bgs2d1.Manager")
                            .get<std::vector<std::string>>();
    EXPECT_THAT(errors, ElementsAre(HasSubstr("05-broken.toml:2:1: ")));
}

TEST(Policy, ThatIsInvalidAtStartLeavesModemsUnmanagedWithTheReason) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.write_policy("05-broken", "[match\n");
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("05-broken.toml:1:"));
    EXPECT_EQ(gateway.frames("modem"), 0U);
}

TEST(Policy, ThatIsWrittenInPlaceIsReadOnceItsWriterHasClosedIt) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    // Half of it is a policy as well, and would apply to no modem.
    std::ofstream policy(gateway.path("policy.d/10-ca.toml"), std::ios::trunc);
    policy << "[match]\nmodel = \"none\"\n" << std::flush;
    // Other files are watched at the same pace: when bgs2d has followed a later change, it had the time to
    // read the policy.
    const auto renewed =
        Identity::make({.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true});
    gateway.write("ca.pem", renewed.certificate_pem());
    ASSERT_TRUE(gateway.eventually([&] {
        return gateway.thumbprint(1) == renewed.certificate().fingerprint();
    })) << gateway.log();
    EXPECT_THAT(gateway.log(), Not(HasSubstr("reloaded")));
    EXPECT_EQ(gateway.property("Policy"), "10-ca");
    policy.close();
    EXPECT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
}

TEST(Policy, TheFirstThatMatchesApplies) {
    Gateway gateway;
    gateway.write_policy("05-others",
                         "[match]\nimei = \"!" + std::string(default_imei) + "\"\n" + client_policy(gateway));
    gateway.write_policy("10-ca", "[match]\nmodel = \"BGS2-*\"\n" + ca_policy(gateway));
    gateway.write_policy("20-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.property("Policy"), "10-ca");
    EXPECT_EQ(gateway.frames("modem"), 1U);
}

TEST(Policy, ManualModeReportsDriftAndWritesOnRequest) {
    Gateway gateway;
    gateway.write_policy("10-ca", "[provision]\nmode = \"manual\"\n" + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("drifted")) << gateway.log();
    EXPECT_EQ(gateway.property("Reason"), "slot 1 is empty");
    EXPECT_EQ(gateway.frames("modem"), 0U);
    const auto job = gateway.ask("Provision");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.end_of(job).has_value(); })) << gateway.log();
    EXPECT_EQ(gateway.end_of(job), "");
    EXPECT_EQ(gateway.property("State"), "compliant") << "as soon as the job says that it is done";
}

TEST(Policy, ReportModeNeverWrites) {
    Gateway gateway;
    gateway.write_policy("10-ca", "[provision]\nmode = \"report\"\n" + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("drifted")) << gateway.log();
    try {
        gateway.ask("Provision");
        FAIL() << "it was accepted";
    } catch (const sdbus::Error& e) {
        EXPECT_EQ(e.getName(), "io.bgs2d1.Error.NotSupported");
    }
    EXPECT_EQ(gateway.frames("modem"), 0U);
}

TEST(Policy, IgnoreModeReadsNoSlotsUntilItIsRemoved) {
    Gateway gateway;
    gateway.write_policy("10-ca", "[provision]\nmode = \"ignore\"\n" + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("ignore"));
    EXPECT_THAT(gateway.modem_log("modem"), Not(HasSubstr("SBN")));
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.reload();
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

} // namespace
} // namespace bgs2::test
