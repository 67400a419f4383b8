// SPDX-License-Identifier: Apache-2.0
// A device that claims the IMEI of another modem does not get its private key.
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

class Trust : public testing::Test {
  protected:
    void start(const std::string& provision = "") {
        gateway_.write_policy("10-client", provision + client_policy(gateway_));
        gateway_.start();
        gateway_.plug("home");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        ASSERT_EQ(gateway_.frames("home"), 2);
    }

    /// An empty module with the same IMEI takes the place of the first, on another port.
    void move() {
        gateway_.unplug("home");
        ASSERT_TRUE(gateway_.becomes("")) << gateway_.log();
        gateway_.plug("away");
    }

    Gateway gateway_{{"home", "away"}};
};

TEST_F(Trust, IsRequiredForAKeyOnAnotherPortThanTheFirst) {
    start();
    move();
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_EQ(gateway_.property("ReasonError"), "NotTrusted");
    EXPECT_THAT(gateway_.property("Hint"), HasSubstr("bgs2ctl trust"));
    EXPECT_EQ(gateway_.frames("away"), 0);
    EXPECT_EQ(ctl(gateway_, {"provision"}).exit, 1);

    EXPECT_EQ(ctl(gateway_, {"trust", default_imei}).exit, 0);
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.frames("away"), 2);
}

TEST_F(Trust, IsRequiredAfterARestart) {
    start();
    gateway_.stop();
    gateway_.unplug("home");
    gateway_.start();
    gateway_.plug("away");
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_EQ(gateway_.frames("away"), 0);
}

TEST_F(Trust, SurvivesARestart) {
    start();
    move();
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    ASSERT_EQ(ctl(gateway_, {"trust"}).exit, 0);
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.stop();
    gateway_.unplug("away");
    gateway_.start();
    gateway_.plug("away");
    EXPECT_TRUE(gateway_.becomes("compliant")) << "an empty module gets the key again: " << gateway_.log();
}

TEST_F(Trust, IsNotRequiredIfThePolicyDoesNotBind) {
    start("[provision]\nbind = \"none\"\n");
    move();
    EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
}

TEST_F(Trust, IsNotRequiredForCertificatesWithoutAKey) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("home");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    move();
    EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
}

class ImeiTwice : public Trust {
  protected:
    void plug_rival() {
        gateway_.plug("away");
        ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
        ASSERT_TRUE(gateway_.eventually([&] { return gateway_.port_state("away") == "duplicate"; }));
    }
};

TEST_F(ImeiTwice, BlocksBothPortsUntilOneIsUnplugged) {
    start();
    plug_rival();
    EXPECT_EQ(gateway_.property("ReasonCode"), "imei-twice");
    EXPECT_EQ(gateway_.port("away").at("code").get<std::string>(), "imei-twice");
    EXPECT_THAT(gateway_.log(), HasSubstr("have this IMEI, nothing is written to either"));
    EXPECT_EQ(ctl(gateway_, {"provision"}).exit, 1);
    EXPECT_EQ(ctl(gateway_, {"trust"}).exit, 1);
    EXPECT_EQ(ctl(gateway_, {"refresh"}).exit, 0) << "reading is harmless";
    gateway_.unplug("away");
    EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.frames("away"), 0);
}

TEST_F(ImeiTwice, LeavesTheRivalWithoutAKeyWhenTheFirstIsUnplugged) {
    start();
    plug_rival();
    gateway_.unplug("home");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.property("Port") == gateway_.path("away"); }))
        << gateway_.log();
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_EQ(gateway_.property("ReasonError"), "NotTrusted");
    EXPECT_EQ(gateway_.frames("away"), 0);
}

TEST_F(ImeiTwice, IsOneModemIfThePolicySaysSo) {
    start("[provision]\nbind = \"none\"\n");
    gateway_.plug("away");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.port_state("away") == "duplicate"; }));
    EXPECT_EQ(gateway_.port("away").at("code").get<std::string>(), "duplicate");
    EXPECT_EQ(gateway_.property("State"), "compliant");
}

TEST_F(ImeiTwice, IsDecidedAgainWhenThePolicyChanges) {
    start();
    plug_rival();
    gateway_.write_policy("10-client", "[provision]\nbind = \"none\"\n" + client_policy(gateway_));
    gateway_.reload();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.write_policy("10-client", client_policy(gateway_));
    gateway_.reload();
    EXPECT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
}

TEST_F(Trust, IsRequiredToCallAKeyWrittenThatADeviceElsewhereMayNotHave) {
    start();
    gateway_.unplug("home");
    ASSERT_TRUE(gateway_.becomes("")) << gateway_.log();
    gateway_.plug(
        "away",
        {"--slots",
         slots_file(gateway_, {{.store = "is_cert", .slot = 0, .certificate = client().certificate_pem()}})});
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.slots().at(0).at("key").get<std::string>(), "unknown");
    EXPECT_EQ(gateway_.frames("away"), 1) << "the CA only";
    ASSERT_EQ(ctl(gateway_, {"trust"}).exit, 0);
    EXPECT_EQ(gateway_.slots().at(0).at("key").get<std::string>(), "written");
}

} // namespace
} // namespace bgs2::test
