// SPDX-License-Identifier: Apache-2.0
// Lines that were not asked for, pauses, and lines that are used for something else.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

struct Place {
    const char* name;
    std::vector<std::string> faults; ///< of bgs2sim
};

class UnsolicitedLines : public testing::TestWithParam<Place> {};

/// bgs2sim sends each kind of URC, and ten unknown ones, at this place of every answer: of the
/// synchronisation, the identification, the IMEI, the list of the slots, CONNECT and READY, and the result of
/// a frame.
TEST_P(UnsolicitedLines, LeadToACompliantModemAndOneWriteForEachSlot) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    std::vector<std::string> arguments{"--baud", "921600"}; // a burst would exceed the buffer of the pty
    for (const std::string& fault : GetParam().faults)
        arguments.insert(arguments.end(), {"--fault", fault});
    gateway.plug("modem", arguments);
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log() << gateway.modem_log("modem");
    EXPECT_EQ(gateway.property("Model"), "BGS2-W");
    EXPECT_EQ(gateway.frames("modem"), 2U);
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
}

INSTANTIATE_TEST_SUITE_P(Anywhere, UnsolicitedLines,
                         testing::Values(Place{"Before", {"urc-before"}}, Place{"Within", {"urc-within"}},
                                         Place{"After", {"urc-after"}},
                                         Place{"Everywhere", {"urc-before", "urc-within", "urc-after"}}),
                         [](const auto& instance) { return instance.param.name; });

TEST(SleepingModem, IsReadAgainInTimeAlthoughItLosesTheFirstCommand) {
    using Clock = std::chrono::steady_clock;
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--doze", "1000"});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    const auto asleep = Clock::now() + std::chrono::milliseconds(1500);
    ASSERT_TRUE(gateway.eventually([&] { return Clock::now() > asleep; }));
    const auto begin = Clock::now();
    const sdbus::ObjectPath job = gateway.ask("Refresh");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.end_of(job).has_value(); }));
    EXPECT_EQ(gateway.end_of(job), "");
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("asleep: AT"));
    EXPECT_EQ(gateway.property("State"), "compliant");
}

TEST(ModemThatShutsDown, IsGoneAtOnce) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--fault", "shutdown:AT^SBNR,after=1"});
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "silent"; })) << gateway.log();
    EXPECT_EQ(gateway.property("State"), "");
    EXPECT_THAT(gateway.log(), HasSubstr("the modem shut down"));
}

struct OtherUse {
    const char* fault; ///< of bgs2sim
    const char* state; ///< of the port
    const char* text;  ///< in the log
};

class OccupiedLine : public testing::TestWithParam<OtherUse> {};

TEST_P(OccupiedLine, IsNamed) {
    Gateway gateway;
    gateway.start();
    gateway.plug("modem", {"--fault", GetParam().fault});
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == GetParam().state; }))
        << gateway.log();
    EXPECT_THAT(gateway.log(), HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(Uses, OccupiedLine,
                         testing::Values(OtherUse{"locked", "unavailable", "its AT interface may be locked"},
                                         OtherUse{"data-mode", "silent", "is in data mode (PPP)"},
                                         OtherUse{"cmux", "silent", "carries a multiplexer"}),
                         [](const auto& instance) {
                             std::string name = instance.param.fault;
                             std::erase(name, '-');
                             return name;
                         });

} // namespace
} // namespace bgs2::test
