// SPDX-License-Identifier: Apache-2.0
// What was impossible once is tried again, when it can be possible and not more often.
#include "tests/integration/certificates.h"
#include "tests/support/soft_token.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace bgs2::test {
namespace {

TEST(Retry, FollowsACorrectionDuringTheFailingWrite) {
    Gateway gateway;
    const std::string file = gateway.write("ca.pem", client().certificate_pem());
    gateway.write_policy("10-ca", "[[slot]]\nindex = 1\ncertificate = \"" + file + "\"\n");
    gateway.start();
    // At this rate a frame takes a second: the file is replaced while the module receives the old one.
    gateway.plug("modem", {"--baud", "9600", "--fault", "key-removed,times=1"});
    ASSERT_TRUE(
        gateway.eventually([&] { return gateway.modem_log("modem").find("AT^SBNW") != std::string::npos; }));
    std::filesystem::rename(gateway.write("new.pem", certificate_authority().certificate_pem()), file);
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
}

TEST(Retry, FollowsWhenACertificateBecomesValid) {
    Gateway gateway;
    const auto soon =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::seconds(8);
    const Identity future = Identity::make(
        {.common_name = "Future CA", .algorithm = Algorithm::rsa2048, .not_before = soon, .ca = true});
    const std::string file = gateway.write("ca.pem", future.certificate_pem());
    gateway.write_policy("10-ca", "[[slot]]\nindex = 1\ncertificate = \"" + file + "\"\n");
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_EQ(gateway.property("ReasonError"), "NotYetValid");
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(Retry, FollowsWithoutAnEventForAKeyThatIsLaterOnItsToken) {
    const SoftToken token;
    Gateway gateway;
    const std::string pin = gateway.write("pin", std::string(SoftToken::pin) + "\n");
    gateway.write_policy("10-client", fmt::format("[[slot]]\nindex = 0\ncertificate = \"{}\"\n"
                                                  "private-key = \"{}\"\npassphrase = \"{}\"\n",
                                                  gateway.write("client.pem", client().certificate_pem()),
                                                  SoftToken::uri("object=later"), pin));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_EQ(gateway.slots().at(0).at("compliance").get<std::string>(), "missing") << "the policy names it";
    token.add_extractable(client().key(), "later");
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(Retry, WaitsLongerAfterEachRestartDuringAWrite) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    const std::vector<std::string> restarts{"--fault", "hang-up-in-frame:100"};
    for (int restart = 0; restart < 3; ++restart) {
        Process& modem = gateway.plug("modem", restarts);
        ASSERT_TRUE(modem.wait(std::chrono::seconds(30)))
            << "it hangs up within the frame: " << gateway.log();
        ASSERT_TRUE(gateway.becomes("")) << gateway.log();
    }
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("failed")) << "it waits for the next attempt: " << gateway.log();
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

} // namespace
} // namespace bgs2::test
