// SPDX-License-Identifier: Apache-2.0
// Faults of modules and their lines, and the reaction of bgs2d.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Fault {
    const char* name;
    std::vector<std::string> arguments; ///< of bgs2sim
    const char* state;                  ///< expected state of the modem
    const char* reason;                 ///< expected part of the reason
};

class ModuleFault : public testing::TestWithParam<Fault> {};

TEST_P(ModuleFault, LeadsToTheExpectedStateReasonAndHint) {
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

constexpr const char* compliant_reason = "its slots match policy '10-client'";

INSTANTIATE_TEST_SUITE_P(
    Refusals, ModuleFault,
    testing::Values(
        Fault{"LengthErrorOnce", {"--fault", "length-error,times=1"}, "compliant", compliant_reason},
        Fault{"TooManyDataOnce", {"--fault", "too-many-data,times=1"}, "compliant", compliant_reason},
        Fault{"ToManyDataOnce", {"--fault", "to-many-data,times=1"}, "compliant", compliant_reason},
        Fault{"ServiceTimeoutOnce", {"--fault", "service-timeout,times=1"}, "compliant", compliant_reason},
        Fault{"LengthErrorAlways", {"--fault", "length-error"}, "failed", "LENGTH ERROR"},
        Fault{"Corrupted", {"--fault", "certificate-corrupted"}, "blocked", "CORRUPTED"},
        Fault{"KeyRemoved", {"--fault", "key-removed"}, "blocked", "PRIVATE KEY WAS REMOVED"},
        Fault{"SecureError", {"--fault", "secure-error"}, "blocked", "SECURE CMD ERROR"},
        Fault{"Error", {"--fault", "error"}, "blocked", "ERROR"},
        Fault{"CmeError", {"--fault", "cme-error"}, "blocked", "+CME ERROR"},
        Fault{"ErrorOnce", {"--fault", "error,times=1"}, "compliant", compliant_reason},
        Fault{"ErrorToReadingOnce", {"--fault", "error:AT^SBNR,times=1"}, "compliant", compliant_reason},
        Fault{"ErrorToTheImeiOnce", {"--fault", "error:AT+CGSN,times=1"}, "compliant", compliant_reason},
        Fault{"BusyOnce",
              {"--fault", "cme-error:operation temporary not allowed,times=1"},
              "compliant",
              compliant_reason},
        Fault{"BusyAlways",
              {"--fault", "cme-error:operation temporary not allowed"},
              "failed",
              "operation temporary not allowed"}),
    [](const auto& instance) { return instance.param.name; });

INSTANTIATE_TEST_SUITE_P(
    ReadBacks, ModuleFault,
    testing::Values(
        Fault{"NotStored", {"--fault", "not-stored"}, "failed", "reads back nothing"},
        Fault{"AnotherSlot", {"--fault", "readback-slot:0=1"}, "failed", "slot 0"},
        Fault{"CorruptSlot", {"--fault", "corrupt-slot:1"}, "failed", "corrupted"},
        Fault{"WithoutLabels", {"--fault", "labels:bare"}, "compliant", compliant_reason},
        Fault{"ThumbprintWithColons", {"--fault", "thumbprint:colons"}, "compliant", compliant_reason},
        Fault{"AlgorithmUnnamed", {"--fault", "thumbprint:unnamed"}, "compliant", compliant_reason},
        Fault{"NoRowsOnce", {"--fault", "no-rows,times=1"}, "compliant", compliant_reason},
        Fault{"NoRows", {"--fault", "no-rows"}, "failed", "without a list of its slots"},
        Fault{"CutRowOnce", {"--fault", "cut-row:2,times=1"}, "compliant", compliant_reason},
        Fault{"CutRow", {"--fault", "cut-row:2"}, "failed", "damaged line"},
        Fault{"BareCorruptSlot", {"--fault", "bare-corrupt-slot:1"}, "failed", "corrupted"},
        Fault{"SomeLabelsMissing", {"--fault", "labels:missing"}, "compliant", compliant_reason},
        Fault{"Unquoted", {"--fault", "labels:unquoted"}, "compliant", compliant_reason},
        Fault{"OldExpiry", {"--fault", "old-expiry"}, "compliant", compliant_reason},
        Fault{"NoStore", {"--fault", "no-is-cert"}, "blocked", "is_cert"}),
    [](const auto& instance) { return instance.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Lines, ModuleFault,
    testing::Values(
        Fault{"Echo", {"--echo"}, "compliant", compliant_reason},
        Fault{"Urcs", {"--urc"}, "compliant", compliant_reason},
        Fault{"EchoAndUrcs", {"--echo", "--urc"}, "compliant", compliant_reason},
        Fault{"Settle", {"--settle", "100"}, "compliant", compliant_reason},
        Fault{"NumericResults", {"--numeric"}, "compliant", compliant_reason},
        Fault{"NoResults", {"--quiet"}, "compliant", compliant_reason},
        Fault{"NumericResultsAndEcho", {"--numeric", "--echo"}, "compliant", compliant_reason},
        Fault{"NoResultsAndEcho", {"--quiet", "--numeric", "--echo"}, "compliant", compliant_reason},
        Fault{"LateOkBeforeTheImei", {"--fault", "late-ok:1"}, "compliant", compliant_reason},
        Fault{"LateOkBeforeTheNextCommand", {"--fault", "late-ok:2"}, "compliant", compliant_reason},
        Fault{"RestartInAFrame", {"--fault", "restart-in-frame:100,times=1"}, "compliant", compliant_reason},
        Fault{"Slow", {"--baud", "9600"}, "compliant", compliant_reason},
        Fault{"NoOkAfterTheResult", {"--fault", "no-ok"}, "compliant", compliant_reason},
        Fault{"Autobauding", {"--fault", "deaf:5"}, "compliant", compliant_reason},
        Fault{"GarbageAtFirst", {"--fault", "garbage,times=3"}, "compliant", compliant_reason}),
    [](const auto& instance) { return instance.param.name; });

class DroppedKey : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", client_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem", {"--fault", "key-dropped"});
    }

    /// Expects that the modem becomes blocked because of the missing key, with slot 0 erased.
    void expect_blocked() {
        ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
        EXPECT_NE(gateway_.property("ReasonError"), "");
        EXPECT_EQ(gateway_.property("ReasonCode"), "attempt-failed");
        EXPECT_THAT(gateway_.property("Reason"), HasSubstr("PRIVATE KEY WAS REMOVED"));
        EXPECT_THAT(gateway_.property("Hint"), HasSubstr("key-format"));
        EXPECT_EQ(gateway_.thumbprint(0), "") << "a certificate without its key looks right and is not";
    }

    Gateway gateway_;
};

TEST_F(DroppedKey, BlocksTheModemAndErasesTheSlot) {
    expect_blocked();
    EXPECT_THAT(gateway_.modem_log("modem"), HasSubstr("slot is_cert 0 emptied"));
    EXPECT_THAT(gateway_.log(), HasSubstr("kept the certificate without its private key, and was erased"));
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("changed outside bgs2d"))) << "it was the daemon";
}

TEST_F(DroppedKey, BlocksTheModemAgainAfterADaemonRestart) {
    expect_blocked();
    ASSERT_EQ(gateway_.stop(), 0);
    gateway_.start();
    expect_blocked();
    EXPECT_THAT(gateway_.log(), Not(HasSubstr(": compliant: ")));
}

TEST_F(DroppedKey, BlocksTheModemByTheTimeTheJobEnds) {
    expect_blocked();
    const sdbus::ObjectPath job = gateway_.ask("Provision");
    std::string state;
    ASSERT_TRUE(gateway_.eventually([&] {
        if (gateway_.end_of(job) && state.empty())
            state = gateway_.property("State");
        return !state.empty();
    }));
    EXPECT_EQ(state, "blocked");
    expect_blocked();
}

class CertificateWithoutKey : public testing::Test {
  protected:
    void SetUp() override {
        const std::string certificate = gateway_.write("client.pem", client().certificate_pem());
        const std::string key = gateway_.write("client.key", client().pkcs8_pem());
        gateway_.write_policy("10-client", "[[slot]]\nindex = 0\ncertificate = \"" + certificate +
                                               "\"\nprivate-key = \"" + key + "\"\n");
        gateway_.start();
        // The module refuses the frame that erases the slot.
        gateway_.plug("modem", {"--slots", gateway_.path("slots.json"), "--fault", "key-dropped,times=1",
                                "--fault", "secure-error,after=1,times=1"});
        ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    }

    void TearDown() override {
        EXPECT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        EXPECT_THAT(gateway_.modem_log("modem"), HasSubstr("key=yes"));
    }

    Gateway gateway_;
};

TEST_F(CertificateWithoutKey, IsNeverCompliantAndIsRewrittenAfterAReload) {
    EXPECT_THAT(gateway_.property("Reason"), HasSubstr("PRIVATE KEY WAS REMOVED"));
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
    const sdbus::ObjectPath job = gateway_.ask("Refresh");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); }));
    EXPECT_EQ(gateway_.property("State"), "blocked");
    EXPECT_THAT(gateway_.log(), Not(HasSubstr(": compliant: ")));
    gateway_.reload();
}

TEST_F(CertificateWithoutKey, IsRememberedWhileTheModemIsUnplugged) {
    gateway_.unplug("modem");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.property("State").empty(); }));
    EXPECT_THAT(gateway_.log(), Not(HasSubstr(": compliant: ")));
    gateway_.plug("modem", {"--slots", gateway_.path("slots.json")});
}

TEST(DroppedKeyInSecureMode, HasItsSlotErasedByASignedCommand) {
    Gateway gateway;
    const std::string key = gateway.write("management.key", management().pkcs8_pem());
    gateway.write_policy("10-signed",
                         "[provision]\nsign = { key = \"" + key + "\" }\n" + client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--fault", "key-dropped,times=1", "--secure", key});
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(0), "");
    gateway.reload();
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

class HangUp : public testing::TestWithParam<const char*> {};

TEST_P(HangUp, IsFollowedByProvisioningWhenTheModemReturns) {
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
