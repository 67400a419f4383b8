// SPDX-License-Identifier: Apache-2.0
// Setting the clock of the modem, which it requires to check certificates.
#include "tests/integration/certificates.h"

#include <fmt/chrono.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace bgs2::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

std::string today() {
    return fmt::format("{:%y/%m/%d}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

std::string policy_with_clock(const Gateway& gateway) {
    return "[provision]\nrequire-clock = true\n" + ca_policy(gateway);
}

TEST(RequireClock, SetsTheClockToTodayBeforeTheFirstFrame) {
    const std::string before = today();
    Gateway gateway;
    gateway.write_policy("10-clock", policy_with_clock(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    const std::string log = gateway.modem_log("modem");
    const auto set = log.find("command AT+CCLK=");
    ASSERT_NE(set, std::string::npos) << log;
    EXPECT_LT(set, log.find("command AT^SBNW=is_cert,1"));
    EXPECT_EQ(log.find("command AT+CCLK=", set + 1), std::string::npos) << "once is enough";
    EXPECT_THAT(log.substr(set, log.find('\n', set) - set), AnyOf(HasSubstr(before), HasSubstr(today())));
}

TEST(RequireClock, DoesNotSetTheClockOfAnAlreadyCompliantModem) {
    Gateway gateway;
    gateway.write_policy("10-clock", policy_with_clock(gateway));
    gateway.start();
    gateway.plug("modem", {"--slots",
                           slots_file(gateway, {{"is_cert", 1, certificate_authority().certificate_pem()}})});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(gateway.modem_log("modem"), Not(HasSubstr("CCLK")));
}

TEST(RequireClock, BlocksAModemWithoutAClockAndWritesNothing) {
    Gateway gateway;
    gateway.write_policy("10-clock", policy_with_clock(gateway));
    gateway.start();
    gateway.plug("modem", {"--fault", "error:AT+CCLK"});
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("clock"));
    EXPECT_THAT(gateway.property("Hint"), HasSubstr("require-clock"));
    EXPECT_EQ(gateway.frames("modem"), 0U);
}

TEST(RequireClock, IsDisabledByDefault) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(gateway.modem_log("modem"), Not(HasSubstr("CCLK")));
}

} // namespace
} // namespace bgs2::test
