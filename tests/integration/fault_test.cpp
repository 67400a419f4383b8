// Everything that a module and its line can do wrong, and what becomes of it.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

struct Fault {
    const char* name;
    std::vector<std::string> arguments; ///< of bgs2sim
    const char* state;                  ///< that the modem comes to be in
    const char* reason;                 ///< a part of it
};

class ModuleFault : public testing::TestWithParam<Fault> {};

TEST_P(ModuleFault, LeadsToTheStateThatTellsTheTruth) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", GetParam().arguments);
    ASSERT_TRUE(gateway.becomes(GetParam().state)) << gateway.log() << gateway.modem_log("modem");
    EXPECT_THAT(gateway.property("Reason"), HasSubstr(GetParam().reason));
    if (std::string(GetParam().state) != "compliant") {
        EXPECT_FALSE(gateway.property("Hint").empty());
        EXPECT_EQ(gateway.log().find(": compliant: "), std::string::npos) << gateway.log();
    }
}

constexpr const char* is_well = "it holds what policy '10-client' says";

INSTANTIATE_TEST_SUITE_P(
    Refusals, ModuleFault,
    testing::Values(Fault{"LengthErrorOnce", {"--fault", "length-error,times=1"}, "compliant", is_well},
                    Fault{"TooManyDataOnce", {"--fault", "too-many-data,times=1"}, "compliant", is_well},
                    Fault{"ToManyDataOnce", {"--fault", "to-many-data,times=1"}, "compliant", is_well},
                    Fault{"ServiceTimeoutOnce", {"--fault", "service-timeout,times=1"}, "compliant", is_well},
                    Fault{"LengthErrorAlways", {"--fault", "length-error"}, "failed", "LENGTH ERROR"},
                    Fault{"Corrupted", {"--fault", "certificate-corrupted"}, "blocked", "CORRUPTED"},
                    Fault{"KeyRemoved", {"--fault", "key-removed"}, "blocked", "PRIVATE KEY WAS REMOVED"},
                    Fault{"SecureError", {"--fault", "secure-error"}, "blocked", "SECURE CMD ERROR"},
                    Fault{"Error", {"--fault", "error"}, "blocked", "ERROR"},
                    Fault{"CmeError", {"--fault", "cme-error"}, "blocked", "+CME ERROR"}),
    [](const auto& instance) { return instance.param.name; });

INSTANTIATE_TEST_SUITE_P(
    ReadBacks, ModuleFault,
    testing::Values(Fault{"NotStored", {"--fault", "not-stored"}, "failed", "reads back nothing"},
                    Fault{"AnotherSlot", {"--fault", "readback-slot:0=1"}, "failed", "slot 0"},
                    Fault{"CorruptSlot", {"--fault", "corrupt-slot:1"}, "failed", "corrupted"},
                    Fault{"WithoutLabels", {"--fault", "labels:bare"}, "failed", "slot 0"},
                    Fault{"SomeLabelsMissing", {"--fault", "labels:missing"}, "compliant", is_well},
                    Fault{"Unquoted", {"--fault", "labels:unquoted"}, "compliant", is_well},
                    Fault{"OldExpiry", {"--fault", "old-expiry"}, "compliant", is_well},
                    Fault{"NoStore", {"--fault", "no-is-cert"}, "blocked", "is_cert"}),
    [](const auto& instance) { return instance.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Lines, ModuleFault,
    testing::Values(Fault{"Echo", {"--echo"}, "compliant", is_well},
                    Fault{"Urcs", {"--urc"}, "compliant", is_well},
                    Fault{"EchoAndUrcs", {"--echo", "--urc"}, "compliant", is_well},
                    Fault{"Settle", {"--settle", "100"}, "compliant", is_well},
                    Fault{"Slow", {"--baud", "9600"}, "compliant", is_well},
                    Fault{"NoOkAfterTheResult", {"--fault", "no-ok"}, "compliant", is_well},
                    Fault{"Autobauding", {"--fault", "deaf:5"}, "compliant", is_well},
                    Fault{"GarbageAtFirst", {"--fault", "garbage,times=3"}, "compliant", is_well}),
    [](const auto& instance) { return instance.param.name; });

class HangUp : public testing::TestWithParam<const char*> {};

TEST_P(HangUp, IsSurvivedAndTheModemProvisionedWhenItIsBack) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    const std::vector<std::string> slots{"--slots", gateway.path("slots.json")};
    Process& modem = gateway.plug("modem", {"--slots", gateway.path("slots.json"), "--fault", GetParam()});
    ASSERT_EQ(modem.wait(std::chrono::seconds(30)), 0) << gateway.log();
    ASSERT_TRUE(gateway.eventually([&] { return gateway.property("State").empty(); })) << gateway.log();
    EXPECT_EQ(gateway.log().find(": compliant: "), std::string::npos) << gateway.log();
    gateway.plug("modem", slots);
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(Anywhere, HangUp,
                         testing::Values("hang-up:2", "hang-up:20", "hang-up:40", "hang-up-in-frame:1",
                                         "hang-up-in-frame:700", "hang-up-in-frame:1900"),
                         [](const auto& instance) {
                             std::string name = instance.param;
                             std::ranges::replace_if(name, [](char c) { return c == ':' || c == '-'; }, '_');
                             return name;
                         });

} // namespace
} // namespace bgs2::test
