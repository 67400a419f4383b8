// SPDX-License-Identifier: Apache-2.0
// What hangs for one modem does not delay another, nor the daemon.
#include "tests/integration/certificates.h"
#include "tests/support/dead_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* other_imei = "490154203237518";

std::string policy_for(const std::string& imei, const std::string& certificate) {
    return "[match]\nimei = \"" + imei + "\"\n[[slot]]\nindex = 1\ncertificate = \"" + certificate + "\"\n";
}

class DeadFileSystem : public testing::Test {
  protected:
    void SetUp() override {
        if (!dead_.mount_error().empty())
            GTEST_SKIP() << "no FUSE file system can be mounted: " << dead_.mount_error();
    }

    Gateway& gateway() { return gateway_; }
    DeadDirectory& dead() { return dead_; }

  private:
    Gateway gateway_{{"modem", "other"}};
    DeadDirectory dead_{gateway_.path("dead")};
};

TEST_F(DeadFileSystem, OfOneModemDoesNotDelayAnotherOrTheEnd) {
    const std::string ca = gateway().write("ca.pem", certificate_authority().certificate_pem());
    gateway().write_policy("10-dead", policy_for(default_imei, dead().path("ca.pem")));
    gateway().write_policy("20-other", policy_for(other_imei, ca));
    gateway().start();
    gateway().plug("modem");
    ASSERT_TRUE(gateway().becomes("reading"));
    gateway().plug("other", {"--imei", other_imei});
    EXPECT_TRUE(gateway().becomes("compliant", other_imei)) << gateway().log();
    EXPECT_NE(gateway().property("State"), "compliant");
    EXPECT_EQ(gateway().stop(3s), 0) << "with a thread that hangs";
}

TEST_F(DeadFileSystem, ThatHangsInStatDelaysNothingElse) {
    const std::string ca = gateway().write("ca.pem", certificate_authority().certificate_pem());
    gateway().write_policy("10-dead", policy_for(default_imei, dead().path("ca.pem")));
    gateway().write_policy("20-other", policy_for(other_imei, ca));
    dead().hang();
    gateway().start();
    gateway().plug("modem");
    ASSERT_TRUE(gateway().eventually([&] { return dead().has_hanging_call(); })) << gateway().log();
    gateway().plug("other", {"--imei", other_imei});
    EXPECT_TRUE(gateway().becomes("compliant", other_imei)) << gateway().log();
    EXPECT_EQ(gateway().property("State"), "reading");
    EXPECT_EQ(gateway().stop(3s), 0) << "with a thread that hangs";
}

TEST_F(DeadFileSystem, ThatBeginsToHangDelaysNothingElse) {
    const std::string ca = gateway().write("ca.pem", certificate_authority().certificate_pem());
    gateway().write_policy("10-dead", policy_for(default_imei, dead().path("ca.pem")));
    gateway().write_policy("20-other", policy_for(other_imei, ca));
    gateway().start();
    gateway().plug("modem");
    ASSERT_TRUE(gateway().becomes("reading"));
    dead().hang();
    gateway().plug("other", {"--imei", other_imei});
    ASSERT_TRUE(gateway().becomes("compliant", other_imei)) << gateway().log();
    gateway().write("ca.pem", "no certificate"); // all files that policies name are examined
    EXPECT_TRUE(gateway().becomes("blocked", other_imei)) << gateway().log();
    EXPECT_EQ(gateway().stop(3s), 0);
}

TEST_F(DeadFileSystem, IsNamedByTheModemThatRequiresIt) {
    gateway().write_policy("10-dead", policy_for(default_imei, dead().path("ca.pem")));
    gateway().start();
    gateway().plug("modem");
    ASSERT_TRUE(gateway().eventually([&] { return gateway().property("State") == "blocked"; }, 60s))
        << gateway().log();
    EXPECT_THAT(gateway().property("Reason"), HasSubstr("no result after 30 s, while reading "));
    EXPECT_THAT(gateway().property("Reason"), HasSubstr(dead().path("ca.pem")));
    EXPECT_FALSE(gateway().property("Hint").empty());
}

TEST_F(DeadFileSystem, WithAPolicyDelaysTheStartForALimitedTime) {
    gateway().write_policy("10-ca", ca_policy(gateway()));
    std::filesystem::create_symlink(dead().path("dead.toml"), gateway().path("policy.d/20-dead.toml"));
    gateway().start(); // waits until bgs2d is ready
    EXPECT_THAT(gateway().log(), HasSubstr("20-dead.toml"));
    EXPECT_THAT(gateway().reload(), testing::ElementsAre(HasSubstr("an earlier attempt still hangs")));
    EXPECT_EQ(gateway().stop(3s), 0);
}

TEST_F(DeadFileSystem, HangsAReloadWhileThePoliciesStayActive) {
    gateway().write_policy("10-ca", ca_policy(gateway()));
    gateway().start();
    gateway().plug("modem");
    ASSERT_TRUE(gateway().becomes("compliant")) << gateway().log();
    std::filesystem::create_symlink(dead().path("dead.toml"), gateway().path("policy.d/20-dead.toml"));
    gateway().daemon().signal(SIGHUP);
    const std::string error =
        "cannot read the configuration and the policies: no result after 10 s, while reading " +
        gateway().path("policy.d/20-dead.toml");
    EXPECT_TRUE(gateway().eventually([&] { return gateway().log().contains(error); }, 60s))
        << gateway().log();
    EXPECT_EQ(gateway().property("State"), "compliant");
    EXPECT_THAT(gateway().reload(), testing::ElementsAre(HasSubstr("an earlier attempt still hangs")));
    EXPECT_EQ(gateway().stop(3s), 0);
}

} // namespace
} // namespace bgs2::test
