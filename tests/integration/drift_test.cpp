// SPDX-License-Identifier: Apache-2.0
// Drift: other programs change slots of a modem.
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Dictionary = Gateway::Dictionary;

/// A CA in no policy of these tests.
const Identity& foreign_certificate() {
    static const Identity identity =
        Identity::make({.common_name = "Stranger", .algorithm = Algorithm::rsa2048, .ca = true});
    return identity;
}

std::string fingerprint(const Identity& identity) {
    return identity.certificate().fingerprint();
}

/// The content of is_cert by slot.
using Content = std::map<unsigned, const Identity*>;

/// Sets the slots of the modem in this port, whether plugged in or not.
void put_slots(const Gateway& gateway, const Content& content, const std::string& port = "modem") {
    std::string slots;
    for (const auto& [slot, identity] : content) {
        std::string base64;
        std::istringstream pem(identity->certificate_pem());
        for (std::string line; std::getline(pem, line);)
            base64 += line.starts_with('-') ? "" : line;
        slots += fmt::format(R"({}"{}": {{"certificate": "{}"}})", slots.empty() ? "" : ", ", slot, base64);
    }
    const std::string next = gateway.write(port + ".next", "{\"is_cert\": {" + slots + "}}\n");
    std::filesystem::rename(next, gateway.path(port + ".json"));
}

std::string ca_policy_with(const Gateway& gateway, const std::string& provision) {
    return "[provision]\n" + provision + "\n" + ca_policy(gateway);
}

std::string compliance(Gateway& gateway, unsigned slot) {
    return gateway.slots().at(slot).at("compliance").get<std::string>();
}

/// The changes of slots, each as "event slot".
std::vector<std::string> slot_events(Gateway& gateway) {
    std::vector<Dictionary> entries;
    gateway.manager()
        .callMethod("History")
        .onInterface("io.bgs2d1.Manager")
        .withArguments(Dictionary{})
        .storeResultsTo(entries);
    std::vector<std::string> done;
    for (const Dictionary& entry : entries) {
        if (entry.contains("slot"))
            done.push_back(fmt::format("{} {}", entry.at("event").get<std::string>(),
                                       entry.at("slot").get<std::uint32_t>()));
        else if (entry.at("event").get<std::string>() == "drift")
            done.emplace_back("drift of several slots");
    }
    return done;
}

class AModem : public testing::Test {
  protected:
    void start(const std::string& provision) {
        gateway_.write_policy("10-ca", ca_policy_with(gateway_, provision));
        gateway_.start();
    }

    void plug() { gateway_.plug("modem", {"--slots", gateway_.path("modem.json")}); }

    /// Unplugs the modem after the daemon has seen it with the right certificate.
    void observe_compliant_and_unplug() {
        put_slots(gateway_, {{1, &certificate_authority()}});
        plug();
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        gateway_.unplug("modem");
        ASSERT_TRUE(gateway_.becomes("")) << gateway_.log();
    }

    void refresh() {
        const auto job = gateway_.ask("Refresh");
        ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); })) << gateway_.log();
        EXPECT_EQ(gateway_.end_of(job), "");
    }

    /// Waits until the modem is compliant after this number of received frames; false: timeout.
    bool repaired(std::size_t frames) {
        return gateway_.eventually([&] {
            return gateway_.frames("modem") == frames && gateway_.property("State") == "compliant" &&
                   gateway_.thumbprint(1) == fingerprint(certificate_authority());
        });
    }

    Gateway& gateway() { return gateway_; }

  private:
    Gateway gateway_;
};

TEST_F(AModem, ThatLostItsCertificateWhileUnpluggedIsWrittenAgain) {
    start("mode = \"auto\"");
    observe_compliant_and_unplug();
    put_slots(gateway(), {});
    plug();
    EXPECT_TRUE(repaired(1)) << gateway().log();
    EXPECT_THAT(slot_events(gateway()), ElementsAre("write 1"));
}

TEST_F(AModem, ThatWasGivenAnotherCertificateWhileUnpluggedIsWrittenAgain) {
    start("mode = \"auto\"");
    observe_compliant_and_unplug();
    put_slots(gateway(), {{1, &foreign_certificate()}});
    plug();
    EXPECT_TRUE(repaired(1)) << gateway().log();
    EXPECT_THAT(slot_events(gateway()), ElementsAre("write 1"));
}

class NonAutomaticMode : public AModem, public testing::WithParamInterface<const char*> {};

TEST_P(NonAutomaticMode, ReportsTheDriftOfEachSlotAndWritesNothing) {
    gateway().write("client.pem", client().certificate_pem());
    gateway().write_policy("10-two",
                           fmt::format("[provision]\nmode = \"{}\"\n[[slot]]\nindex = 3\n"
                                       "certificate = \"{}\"\n{}",
                                       GetParam(), gateway().path("client.pem"), ca_policy(gateway())));
    gateway().start();
    put_slots(gateway(), {{1, &certificate_authority()}, {3, &client()}});
    plug();
    ASSERT_TRUE(gateway().becomes("compliant")) << gateway().log();
    gateway().unplug("modem");
    ASSERT_TRUE(gateway().becomes("")) << gateway().log();

    put_slots(gateway(), {{1, &foreign_certificate()}, {4, &foreign_certificate()}});
    plug();
    ASSERT_TRUE(gateway().becomes("drifted")) << gateway().log();
    EXPECT_EQ(compliance(gateway(), 1), "different");
    EXPECT_EQ(compliance(gateway(), 3), "missing");
    EXPECT_EQ(compliance(gateway(), 4), "unlisted");
    EXPECT_EQ(compliance(gateway(), 5), "empty");
    EXPECT_THAT(gateway().property("Reason"),
                AllOf(HasSubstr("slot 1 holds another certificate"), HasSubstr("slot 3 is empty")));
    EXPECT_FALSE(gateway().property("Hint").empty());

    refresh();
    EXPECT_EQ(gateway().property("State"), "drifted");
    EXPECT_EQ(gateway().frames("modem"), 0U);
    EXPECT_THAT(slot_events(gateway()), ElementsAre());

    put_slots(gateway(), {{1, &certificate_authority()}, {3, &client()}});
    refresh();
    EXPECT_EQ(gateway().property("State"), "compliant") << "somebody else repaired it";
    EXPECT_THAT(slot_events(gateway()), ElementsAre("drift of several slots"));
}

INSTANTIATE_TEST_SUITE_P(Modes, NonAutomaticMode, testing::Values("manual", "report"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST_F(AModem, ThatDriftsWhilePluggedInIsWrittenAgainAfterARefresh) {
    start("mode = \"auto\"");
    plug();
    ASSERT_TRUE(repaired(1)) << gateway().log();
    put_slots(gateway(), {{1, &foreign_certificate()}});
    refresh();
    EXPECT_TRUE(repaired(2)) << gateway().log();
    EXPECT_THAT(slot_events(gateway()), ElementsAre("write 1", "drift 1", "write 1"));
    EXPECT_THAT(gateway().log(), HasSubstr("slot 1 was changed outside bgs2d"));
}

TEST_F(AModem, ThatDriftsWhilePluggedInIsOnlyReportedInManualMode) {
    put_slots(gateway(), {{1, &certificate_authority()}});
    start("mode = \"manual\"");
    plug();
    ASSERT_TRUE(gateway().becomes("compliant")) << gateway().log();
    put_slots(gateway(), {});
    refresh();
    EXPECT_EQ(gateway().property("State"), "drifted");
    EXPECT_EQ(compliance(gateway(), 1), "missing");
    EXPECT_EQ(gateway().frames("modem"), 0U);
    gateway().ask("Provision");
    EXPECT_TRUE(repaired(1)) << gateway().log();
    EXPECT_THAT(slot_events(gateway()), ElementsAre("drift 1", "write 1"));
}

TEST(VerifyEvery, DetectsDriftPeriodicallyAndZeroDisablesIt) {
    const std::string often = "356938035643801";
    const std::string never = "356938035643802";
    Gateway gateway({"often", "never"});
    gateway.write_policy("10-often", "[match]\nimei = \"" + often + "\"\n" +
                                         ca_policy_with(gateway, "verify-every = \"1s\""));
    gateway.write_policy("20-never", ca_policy_with(gateway, "verify-every = \"0\""));
    gateway.start();
    gateway.plug("often", {"--imei", often, "--slots", gateway.path("often.json")});
    gateway.plug("never", {"--imei", never, "--slots", gateway.path("never.json")});
    ASSERT_TRUE(gateway.becomes("compliant", often)) << gateway.log();
    ASSERT_TRUE(gateway.becomes("compliant", never)) << gateway.log();
    ASSERT_TRUE(gateway.is_closed("never")) << gateway.log();
    const std::string log_of_never = gateway.modem_log("never");

    put_slots(gateway, {}, "never");
    // Twice, so that the other modem has had its turn.
    for (const std::size_t frames : {2U, 3U}) {
        put_slots(gateway, {{1, &foreign_certificate()}}, "often");
        ASSERT_TRUE(gateway.eventually([&] {
            return gateway.frames("often") == frames && gateway.property("State", often) == "compliant";
        })) << gateway.log();
    }
    EXPECT_EQ(gateway.thumbprint(1, often), fingerprint(certificate_authority()));
    EXPECT_EQ(gateway.modem_log("never"), log_of_never) << "it was neither read nor written";
}

TEST_F(AModem, HasUnlistedSlotsErasedIfEraseUnlistedIsSet) {
    put_slots(gateway(), {{0, &client()},
                          {1, &certificate_authority()},
                          {4, &foreign_certificate()},
                          {10, &foreign_certificate()}});
    start("erase-unlisted = true");
    plug();
    ASSERT_TRUE(gateway().eventually([&] { return gateway().frames("modem") == 3; })) << gateway().log();
    ASSERT_TRUE(repaired(3)) << gateway().log();
    for (const unsigned slot : {0U, 4U, 10U})
        EXPECT_EQ(compliance(gateway(), slot), "empty") << slot;
    EXPECT_EQ(compliance(gateway(), 1), "compliant");
    EXPECT_THAT(slot_events(gateway()), ElementsAre("erase 0", "erase 4", "erase 10"));
}

TEST_F(AModem, KeepsItsUnlistedSlotsByDefault) {
    put_slots(gateway(), {{4, &foreign_certificate()}});
    start("");
    plug();
    ASSERT_TRUE(repaired(1)) << gateway().log();
    EXPECT_EQ(compliance(gateway(), 4), "unlisted");
    EXPECT_EQ(gateway().thumbprint(4), fingerprint(foreign_certificate()));
}

/// A modem that has lost its certificate after each of three writes.
class AModemThatKeepsDrifting : public AModem {
  protected:
    void SetUp() override {
        start("verify-every = \"0\"");
        plug();
        for (const std::size_t frames : {1U, 2U, 3U}) {
            ASSERT_TRUE(repaired(frames)) << gateway().log();
            put_slots(gateway(), {});
            refresh();
        }
        ASSERT_TRUE(gateway().becomes("blocked")) << gateway().log();
    }
};

TEST_F(AModemThatKeepsDrifting, IsBlockedAfterThreeWritesWithTheReason) {
    EXPECT_THAT(gateway().property("Reason"),
                AllOf(HasSubstr("slot 1 was changed 3 times"), HasSubstr("slot 1 is empty")));
    EXPECT_THAT(gateway().property("Hint"), HasSubstr("bgs2ctl provision"));
    refresh();
    EXPECT_EQ(gateway().property("State"), "blocked");

    gateway().unplug("modem");
    ASSERT_TRUE(gateway().becomes("")) << gateway().log();
    plug();
    EXPECT_TRUE(gateway().becomes("blocked")) << gateway().log();
    EXPECT_EQ(gateway().frames("modem"), 3U);
}

TEST_F(AModemThatKeepsDrifting, IsWrittenAgainOnAProvisionRequest) {
    gateway().ask("Provision");
    EXPECT_TRUE(repaired(4)) << gateway().log();
}

TEST_F(AModemThatKeepsDrifting, IsWrittenAgainAfterAReload) {
    EXPECT_THAT(gateway().reload(), ElementsAre());
    EXPECT_TRUE(repaired(4)) << gateway().log();
}

TEST_F(AModemThatKeepsDrifting, IsCompliantOnceTheCertificateIsRestoredExternally) {
    put_slots(gateway(), {{1, &certificate_authority()}});
    refresh();
    EXPECT_EQ(gateway().property("State"), "compliant");
    EXPECT_EQ(gateway().frames("modem"), 3U);
}

} // namespace
} // namespace bgs2::test
