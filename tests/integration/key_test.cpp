// SPDX-License-Identifier: Apache-2.0
// Private keys, which no modem reads back: bgs2d knows them by its records.
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

class PrivateKey : public testing::Test {
  protected:
    /// The content of the modem outlives the process that simulates it.
    void plug(std::vector<std::string> arguments = {}) {
        arguments.insert(arguments.end(), {"--slots", slots_});
        gateway_.plug("modem", arguments);
    }

    void start() {
        gateway_.write_policy("10-client", client_policy(gateway_));
        gateway_.start();
    }

    /// The word of slot 0 in Slots.
    [[nodiscard]] std::string key() {
        const auto slots = gateway_.slots();
        const auto slot = slots.find(0);
        return slot == slots.end() ? "" : slot->second.at("key").get<std::string>();
    }

    [[nodiscard]] std::string record() const {
        return gateway_.path("state/modems/" + std::string(default_imei) + ".toml");
    }

    Gateway gateway_;
    std::string slots_ = slots_file(gateway_, {});
};

TEST_F(PrivateKey, IsWrittenIfThePolicyGetsItLater) {
    const std::string certificate = gateway_.write("client.pem", client().certificate_pem());
    gateway_.write_policy("10-client", "[[slot]]\nindex = 0\ncertificate = \"" + certificate + "\"\n");
    gateway_.start();
    plug();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(key(), "none");
    EXPECT_EQ(gateway_.frames("modem"), 1);

    gateway_.write_policy("10-client", client_policy(gateway_));
    gateway_.reload();
    EXPECT_TRUE(gateway_.eventually([&] { return key() == "written"; })) << gateway_.log();
    EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.frames("modem"), 3) << "the certificate with its key, and the CA";
}

TEST_F(PrivateKey, IsKnownAfterARestartOfBgs2dAndOfTheModem) {
    start();
    plug();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.frames("modem"), 2);
    gateway_.unplug("modem");
    gateway_.stop();
    gateway_.start();
    plug();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(key(), "written");
    EXPECT_EQ(gateway_.frames("modem"), 2) << "nothing was written again";
    EXPECT_THAT(ctl(gateway_, {"show"}).output, testing::Not(HasSubstr("not yet"))) << "Provisioned";
}

TEST_F(PrivateKey, IsWrittenOnceMoreAfterSigkillDuringItsWrite) {
    start();
    plug({"--fault", "no-result,times=1"});
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.frames("modem") == 1; })) << gateway_.log();
    gateway_.daemon().signal(SIGKILL);
    ASSERT_TRUE(gateway_.daemon().wait(std::chrono::seconds(10)));
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(key(), "written");
    EXPECT_EQ(gateway_.frames("modem"), 3) << "slot 0 twice, slot 1 once";
}

TEST_F(PrivateKey, IsWrittenOnceIfAnotherProgramWroteTheCertificate) {
    slots_ =
        slots_file(gateway_, {{.store = "is_cert", .slot = 0, .certificate = client().certificate_pem()}});
    gateway_.write_policy("10-client", "[provision]\nmode = \"manual\"\n" + client_policy(gateway_));
    gateway_.start();
    plug();
    ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    EXPECT_EQ(key(), "unknown");
    EXPECT_THAT(gateway_.property("Reason"),
                HasSubstr("slot 0 holds its certificate, but not for certain its private key"));
    EXPECT_THAT(ctl(gateway_, {"provision", "--dry-run"}).output, HasSubstr("private key"));
    EXPECT_EQ(ctl(gateway_, {"provision"}).exit, 0);
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(key(), "written");
    EXPECT_THAT(ctl(gateway_, {"show"}).output, HasSubstr("written"));
    EXPECT_EQ(gateway_.frames("modem"), 2);
}

TEST_F(PrivateKey, IsNotWrittenWithoutTrustIfItsRecordIsDamaged) {
    start();
    plug();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.stop();
    std::filesystem::resize_file(record(), 100);
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_THAT(gateway_.log(), HasSubstr("'bgs2ctl trust' is required"));
    EXPECT_EQ(key(), "unknown");
    EXPECT_EQ(gateway_.frames("modem"), 2);
    ASSERT_EQ(ctl(gateway_, {"trust"}).exit, 0);
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(key(), "written");
    EXPECT_EQ(gateway_.frames("modem"), 3);
}

class HalfStoredKey : public PrivateKey, public testing::WithParamInterface<const char*> {};

TEST_P(HalfStoredKey, IsWrittenOnceMore) {
    start();
    plug({"--fault", fmt::format("half-stored:{},times=1", GetParam())});
    if (std::string_view(GetParam()) == "off") {
        ASSERT_TRUE(gateway_.eventually([&] { return gateway_.frames("modem") == 1; })) << gateway_.log();
        gateway_.unplug("modem");
        ASSERT_TRUE(gateway_.becomes("")) << gateway_.log();
        plug();
    }
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(key(), "written");
    EXPECT_EQ(gateway_.frames("modem"), 3) << "slot 0 twice, slot 1 once";
}

INSTANTIATE_TEST_SUITE_P(Answers, HalfStoredKey, testing::Values("timeout", "error", "ok", "off"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST_F(PrivateKey, IsNotInTheRecord) {
    start();
    plug();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const std::string text = read_text(record());
    EXPECT_THAT(text, HasSubstr(client().certificate().fingerprint()));
    EXPECT_THAT(text, HasSubstr(client().key().public_key().fingerprint()));
    EXPECT_LT(text.size(), 1000U) << "digests only: " << text;
}

} // namespace
} // namespace bgs2::test
