// SPDX-License-Identifier: Apache-2.0
// The event history on the bus.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Dictionary = Gateway::Dictionary;

std::vector<Dictionary> history(Gateway& gateway, const Dictionary& filter = {}) {
    std::vector<Dictionary> entries;
    gateway.manager()
        .callMethod("History")
        .onInterface("io.bgs2d1.Manager")
        .withArguments(filter)
        .storeResultsTo(entries);
    return entries;
}

/// The name of the error of a query; empty: none.
std::string refusal(Gateway& gateway, const Dictionary& filter) {
    try {
        history(gateway, filter);
    } catch (const sdbus::Error& e) {
        return e.getName();
    }
    return {};
}

std::string entry_text(const Dictionary& entry, const std::string& key) {
    const auto found = entry.find(key);
    return found == entry.end() ? std::string() : found->second.get<std::string>();
}

/// The states of modems in the history, in order.
std::vector<std::string> states(const std::vector<Dictionary>& entries) {
    std::vector<std::string> list;
    for (const Dictionary& entry : entries) {
        if (entry_text(entry, "event") == "state")
            list.push_back(entry_text(entry, "state"));
    }
    return list;
}

std::uint64_t lost_since(Gateway& gateway) {
    return gateway.manager()
        .getProperty("HistoryLostSince")
        .onInterface("io.bgs2d1.Manager")
        .get<std::uint64_t>();
}

std::uint64_t now() {
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(time).count());
}

class HistoryOfAProvisionedModem : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", client_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    }

    Gateway& gateway() { return gateway_; }

  private:
    Gateway gateway_;
};

TEST_F(HistoryOfAProvisionedModem, ListsTheStatesOfTheModem) {
    const auto entries = history(gateway());
    EXPECT_THAT(states(entries), testing::ElementsAre("provisioning", "compliant"));
    for (const Dictionary& entry : entries) {
        EXPECT_EQ(entry_text(entry, "imei"), default_imei);
        EXPECT_EQ(entry_text(entry, "policy"), gateway().path("policy.d/10-client.toml"));
        EXPECT_EQ(entry_text(entry, "boot-id").size(), 36U);
        EXPECT_EQ(entry_text(entry, "error"), "");
        EXPECT_EQ(entry.at("generation").get<std::uint64_t>(), 1U);
        EXPECT_LE(entry.at("time").get<std::uint64_t>(), now());
        EXPECT_GE(entry.at("time").get<std::uint64_t>() + 60, now());
    }
    EXPECT_EQ(entry_text(entries.back(), "message"), "its slots match policy '10-client'");
    EXPECT_EQ(lost_since(gateway()), 0U);
}

TEST_F(HistoryOfAProvisionedModem, IsFilteredByModemTimeFailureAndLimit) {
    const std::string imei = default_imei;
    EXPECT_THAT(history(gateway(), {{"modem", imei}}), Not(IsEmpty()));
    EXPECT_THAT(history(gateway(), {{"modem", imei.substr(10)}}), Not(IsEmpty()));
    EXPECT_THAT(history(gateway(), {{"modem", std::string("490154203237518")}}), IsEmpty());
    EXPECT_THAT(history(gateway(), {{"since", now() - 60}}), Not(IsEmpty()));
    EXPECT_THAT(history(gateway(), {{"since", now() + 60}}), IsEmpty());
    EXPECT_THAT(history(gateway(), {{"since", ~std::uint64_t{0}}}), IsEmpty());
    EXPECT_THAT(history(gateway(), {{"failed", true}}), IsEmpty());
    const auto last = history(gateway(), {{"limit", std::uint32_t{1}}, {"failed", false}});
    ASSERT_THAT(last, SizeIs(1));
    EXPECT_EQ(entry_text(last.front(), "state"), "compliant");
}

TEST_F(HistoryOfAProvisionedModem, RejectsInvalidFilters) {
    const std::string invalid = "io.bgs2d1.Error.InvalidArgument";
    EXPECT_EQ(refusal(gateway(), {{"imei", std::string(default_imei)}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"modem", std::uint32_t{1}}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"modem", std::string("%")}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"modem", std::string()}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"since", std::uint32_t{1}}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"failed", std::string("yes")}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"limit", std::uint32_t{0}}}), invalid);
    EXPECT_EQ(refusal(gateway(), {{"limit", std::uint32_t{10'001}}}), invalid);
}

TEST_F(HistoryOfAProvisionedModem, SurvivesARestart) {
    const auto before = states(history(gateway()));
    ASSERT_EQ(gateway().stop(), 0);
    gateway().start();
    ASSERT_TRUE(gateway().becomes("compliant")) << gateway().log();
    auto expected = before;
    expected.emplace_back("compliant"); // found compliant, without a write
    EXPECT_EQ(states(history(gateway())), expected);
}

TEST_F(HistoryOfAProvisionedModem, SurvivesKillingTheDaemon) {
    const auto before = states(history(gateway()));
    gateway().daemon().signal(SIGKILL);
    ASSERT_EQ(gateway().daemon().wait(std::chrono::seconds(10)), -SIGKILL);
    gateway().start();
    ASSERT_TRUE(gateway().becomes("compliant")) << gateway().log();
    auto expected = before;
    expected.emplace_back("compliant");
    EXPECT_EQ(states(history(gateway())), expected);
}

TEST_F(HistoryOfAProvisionedModem, RemainsAfterTheModemIsUnplugged) {
    const auto before = history(gateway());
    gateway().unplug("modem");
    ASSERT_TRUE(gateway().becomes("")) << gateway().log();
    EXPECT_EQ(states(history(gateway(), {{"modem", std::string(default_imei)}})), states(before));
}

TEST_F(HistoryOfAProvisionedModem, ContainsNothingOfThePrivateKey) {
    ASSERT_EQ(gateway().stop(), 0);
    const std::string key = client().pkcs8_pem();
    std::size_t files = 0;
    for (const auto& each : std::filesystem::recursive_directory_iterator(gateway().path("state"))) {
        if (!each.is_regular_file())
            continue;
        std::ifstream stream(each.path(), std::ios::binary);
        const std::string content(std::istreambuf_iterator<char>{stream}, {});
        EXPECT_THAT(content, AllOf(Not(HasSubstr("PRIVATE")), Not(HasSubstr(key.substr(100, 40)))));
        ++files;
    }
    EXPECT_EQ(files, 2U) << "the record of the modem, and the database with its log folded in";
}

TEST_F(HistoryOfAProvisionedModem, IsShownByBgs2ctl) {
    const auto shown = [&](const std::string& arguments) {
        Process program({"sh", "-c", std::string(BGS2CTL) + " history " + arguments},
                        {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway().bus_address()},
                         .output = gateway().path("shown")});
        EXPECT_EQ(program.wait(std::chrono::seconds(10)), 0);
        std::ifstream stream(gateway().path("shown"));
        const std::string text(std::istreambuf_iterator<char>{stream}, {});
        std::filesystem::remove(gateway().path("shown"));
        return text;
    };
    EXPECT_THAT(shown("--modem 43809 --since 1h --limit 1"),
                AllOf(HasSubstr("compliant"), Not(HasSubstr("provisioning"))));
    EXPECT_THAT(shown("--modem any --json"),
                AllOf(testing::StartsWith("[{\"time\":"), HasSubstr("\"state\":\"provisioning\"")));
    EXPECT_EQ(shown("--failed"), "no matching events in the history\n");
    EXPECT_EQ(shown("--modem 111 --json"), "[]\n");
}

TEST(History, ReportsAFailureAndItsReason) {
    Gateway gateway;
    gateway.write_policy("10-ca", "[[slot]]\nindex = 1\ncertificate = \"/nonexistent/ca.pem\"\n");
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    const auto failed = history(gateway, {{"failed", true}});
    ASSERT_THAT(failed, SizeIs(1));
    EXPECT_EQ(entry_text(failed.front(), "state"), "blocked");
    EXPECT_THAT(entry_text(failed.front(), "message"), HasSubstr("/nonexistent/ca.pem"));
}

TEST(History, IsLostWhileItsDirectoryIsMissingAndProvisioningContinues) {
    Gateway gateway;
    std::filesystem::remove(gateway.path("state"));
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    EXPECT_TRUE(gateway.eventually([&] { return lost_since(gateway) != 0; }));
    EXPECT_LE(lost_since(gateway), now());
    EXPECT_EQ(refusal(gateway, {}), "io.bgs2d1.Error.Failed");
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(gateway.log(), HasSubstr("warning: cannot open the history "));
    // The answer means that all earlier entries are processed: none of them may appear in the new history.
    EXPECT_EQ(refusal(gateway, {}), "io.bgs2d1.Error.Failed");

    std::filesystem::create_directory(gateway.path("state"));
    gateway.unplug("modem");
    ASSERT_TRUE(gateway.becomes("")) << gateway.log();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_TRUE(gateway.eventually([&] { return lost_since(gateway) == 0; })) << gateway.log();
    const auto entries = history(gateway);
    EXPECT_EQ(entry_text(entries.front(), "event"), "gap");
    EXPECT_THAT(states(entries), testing::ElementsAre("provisioning", "compliant"));
}

TEST(History, IsNotRecordedIfHistoryKeepIsZero) {
    Gateway gateway;
    const std::string ports = "[[port]]\ndevice = \"" + gateway.path("modem") + "\"\n";
    gateway.write("bgs2d.toml", "history-keep = \"0d\"\n" + ports);
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(refusal(gateway, {}), "io.bgs2d1.Error.NotSupported");
    EXPECT_FALSE(std::filesystem::exists(gateway.path("state/history.db")));

    gateway.write("bgs2d.toml", ports);
    gateway.reload();
    EXPECT_THAT(history(gateway), IsEmpty()) << "it begins now";
}

} // namespace
} // namespace bgs2::test
