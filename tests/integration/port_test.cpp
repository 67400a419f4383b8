// SPDX-License-Identifier: Apache-2.0
// Selection of ports, and their states on the bus.
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Port, ThatIsNotConfiguredIsNeverOpened) {
    Gateway gateway({"named"});
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("stranger", {"--imei", "356938035643800"});
    gateway.plug("named");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(gateway.modem_log("stranger"), Not(HasSubstr("port-open")));
    EXPECT_THAT(gateway.modem_log("stranger"), Not(HasSubstr("command")));
}

TEST(Port, ThatIsConfiguredButMissingIsAbsent) {
    Gateway gateway;
    gateway.start();
    EXPECT_EQ(gateway.port_state("modem"), "absent");
}

TEST(Port, WithAModemOfAnotherVendorIsReportedAsNotAModem) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--fault", "identity:quectel"});
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "not-a-modem"; }))
        << gateway.log();
    EXPECT_THAT(gateway.port("modem").at("reason").get<std::string>(), HasSubstr("answers on"));
    EXPECT_THAT(gateway.modem_log("modem"), Not(HasSubstr("SBN")));
}

TEST(Port, WithoutAReplyIsSilentAndRetried) {
    Gateway gateway;
    gateway.start();
    gateway.plug("modem", {"--fault", "silence,times=10"});
    EXPECT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "silent"; })) << gateway.log();
    EXPECT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "modem"; })) << gateway.log();
}

TEST(Port, ThatAnotherProcessHoldsIsWaitedForWithoutAByte) {
    Gateway gateway;
    gateway.plug("modem");
    ASSERT_TRUE(
        gateway.eventually([&] { return gateway.modem_log("modem").find("link ") != std::string::npos; }));
    auto holder =
        std::make_unique<Process>(std::vector<std::string>{"flock", "--no-fork", gateway.path("modem"), "sh",
                                                           "-c", "echo held; exec tail -f /dev/null"},
                                  Process::Options{.environment = {}, .output = gateway.path("holder.log")});
    ASSERT_TRUE(gateway.eventually([&] {
        return std::filesystem::exists(gateway.path("holder.log")) &&
               std::filesystem::file_size(gateway.path("holder.log")) > 0;
    }));
    gateway.start();
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "waiting"; }))
        << gateway.log();
    EXPECT_EQ(gateway.port("modem").at("code").get<std::string>(), "PortClaimed");
    EXPECT_EQ(gateway.port("modem").at("holder").get<std::string>(), fmt::format("tail ({})", holder->pid()));
    EXPECT_THAT(gateway.modem_log("modem"), testing::Not(HasSubstr("command")));
    holder->signal(SIGKILL);
    EXPECT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "modem"; })) << gateway.log();
}

TEST(Port, OfAModemAlreadyInUseIsADuplicateUntilTheFirstIsUnplugged) {
    Gateway gateway({"a", "b"});
    gateway.start();
    gateway.plug("a");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("a") == "modem"; })) << gateway.log();
    gateway.plug("b");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("b") == "duplicate"; })) << gateway.log();
    gateway.unplug("a");
    EXPECT_TRUE(gateway.eventually([&] { return gateway.port_state("b") == "modem"; })) << gateway.log();
    EXPECT_EQ(gateway.property("Port"), gateway.path("b"));
}

} // namespace
} // namespace bgs2::test
