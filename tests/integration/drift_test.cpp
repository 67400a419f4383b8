// Slots that change behind our back.
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace bgs2::test {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Drift : public testing::Test {
  protected:
    /// A modem that is compliant with the CA in slot 1, under further `rules` of [provision].
    void provision(const std::string& rules) {
        gateway_.write_policy("10-ca", "[provision]\n" + rules + ca_policy(gateway_));
        gateway_.start();
        plug();
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        ASSERT_EQ(gateway_.frames("modem"), 1U);
    }

    void plug() { gateway_.plug("modem", {"--slots", gateway_.path("slots.json")}); }
    void unplug() {
        gateway_.unplug("modem");
        ASSERT_TRUE(gateway_.eventually([this] { return gateway_.property("State").empty(); }))
            << gateway_.log();
    }

    [[nodiscard]] Json slots() const {
        std::ifstream stream(gateway_.path("slots.json"));
        return Json::parse(stream);
    }
    /// Somebody else was at the modem.
    void change_slots(const Json& slots) const {
        std::filesystem::rename(gateway_.write("slots.json.new", slots.dump()), gateway_.path("slots.json"));
    }
    void empty_slots() const { change_slots(Json{{"is_cert", Json::object()}}); }
    void move_to_slot_2() const {
        Json now = slots();
        now["is_cert"]["2"] = now["is_cert"]["1"];
        now["is_cert"].erase("1");
        change_slots(now);
    }
    void copy_to_slot_2() const {
        Json now = slots();
        now["is_cert"]["2"] = now["is_cert"]["1"];
        change_slots(now);
    }

    bool holds_the_ca() {
        return gateway_.eventually([this] {
            return gateway_.property("State") == "compliant" &&
                   gateway_.thumbprint(1) == certificate_authority().certificate().fingerprint();
        });
    }
    std::string compliance(std::uint32_t slot) {
        return gateway_.slots().at(slot).at("compliance").get<std::string>();
    }
    bool is_refreshed() {
        const auto job = gateway_.ask("Refresh");
        return gateway_.eventually([&] { return gateway_.end_of(job).has_value(); });
    }

    Gateway gateway_;
};

TEST_F(Drift, ThatIsFoundAtPlugInIsRepaired) {
    provision("");
    unplug();
    empty_slots();
    plug();
    EXPECT_TRUE(holds_the_ca()) << gateway_.log();
}

TEST_F(Drift, ThatIsFoundByARefreshIsRepaired) {
    provision("");
    empty_slots();
    ASSERT_TRUE(is_refreshed());
    EXPECT_TRUE(holds_the_ca()) << gateway_.log();
    EXPECT_EQ(gateway_.frames("modem"), 2U);
    EXPECT_THAT(gateway_.log(), HasSubstr("slot 1 was changed by somebody else"));
}

TEST_F(Drift, IsFoundByReadingAnewEverySoOften) {
    provision("verify-every = \"1s\"\n");
    empty_slots();
    EXPECT_TRUE(gateway_.eventually([this] { return gateway_.frames("modem") == 2; })) << gateway_.log();
    EXPECT_TRUE(holds_the_ca()) << gateway_.log();
}

TEST_F(Drift, IsNotLookedForWhereThePolicySaysSo) {
    provision("verify-every = \"0\"\n");
    empty_slots();
    const auto reads = [this] {
        const std::string log = gateway_.modem_log("modem");
        std::size_t count = 0;
        for (auto at = log.find("SBNR"); at != std::string::npos; at = log.find("SBNR", at + 1))
            ++count;
        return count;
    };
    const std::size_t before = reads();
    // A modem that is read every second, and has been, shows that there was time enough for it.
    EXPECT_FALSE(gateway_.eventually([&] { return reads() != before; }, std::chrono::seconds(3)));
}

struct Passive {
    const char* mode;
    const char* hint;
};

class DriftUnder : public Drift, public testing::WithParamInterface<Passive> {};

TEST_P(DriftUnder, IsShownSlotBySlotAndNotRepaired) {
    provision("");
    gateway_.write_policy("10-ca",
                          fmt::format("[provision]\nmode = \"{}\"\n", GetParam().mode) + ca_policy(gateway_));
    gateway_.reload();
    move_to_slot_2();
    ASSERT_TRUE(is_refreshed());
    ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    EXPECT_EQ(compliance(1), "missing");
    EXPECT_EQ(compliance(2), "unlisted");
    EXPECT_EQ(compliance(3), "empty");
    EXPECT_THAT(gateway_.property("Reason"), HasSubstr("slot 1 is empty"));
    EXPECT_THAT(gateway_.property("Hint"), HasSubstr(GetParam().hint));
    EXPECT_EQ(gateway_.frames("modem"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Modes, DriftUnder,
                         testing::Values(Passive{"manual", "bgs2ctl provision"},
                                         Passive{"report", "only reports"}),
                         [](const auto& instance) { return std::string(instance.param.mode); });

TEST_F(Drift, OfASlotThatThePolicyDoesNotNameIsLeftAlone) {
    provision("");
    copy_to_slot_2();
    ASSERT_TRUE(is_refreshed());
    EXPECT_TRUE(gateway_.becomes("compliant"));
    EXPECT_EQ(compliance(2), "unlisted");
    EXPECT_EQ(gateway_.frames("modem"), 1U);
}

TEST_F(Drift, OfASlotThatThePolicyDoesNotNameIsErasedWhereItSaysSo) {
    provision("erase-unlisted = true\n");
    copy_to_slot_2();
    ASSERT_TRUE(is_refreshed());
    EXPECT_TRUE(gateway_.eventually([this] { return compliance(2) == "empty"; })) << gateway_.log();
    EXPECT_TRUE(holds_the_ca()) << gateway_.log();
    EXPECT_FALSE(slots()["is_cert"].contains("2"));
    EXPECT_TRUE(slots()["is_cert"].contains("1"));
}

TEST_F(Drift, ThatComesBackThreeTimesBlocksTheModemWithTheEvidence) {
    provision("");
    for (std::size_t times = 2; times <= 3; ++times) {
        empty_slots();
        ASSERT_TRUE(is_refreshed());
        ASSERT_TRUE(gateway_.eventually([&] { return gateway_.frames("modem") == times; })) << gateway_.log();
        ASSERT_TRUE(holds_the_ca()) << gateway_.log();
    }
    empty_slots();
    ASSERT_TRUE(is_refreshed());
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_THAT(gateway_.property("Reason"),
                AllOf(HasSubstr("slot 1 was changed 3 times"), HasSubstr("slot 1 is empty")));
    EXPECT_EQ(gateway_.frames("modem"), 3U);

    const auto job = gateway_.ask("Provision");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); }));
    EXPECT_EQ(gateway_.end_of(job), "") << "a person may have it tried again";
    EXPECT_TRUE(holds_the_ca());
}

TEST_F(Drift, ThatComesBackWithEachPlugInBlocksTheModem) {
    provision("");
    for (int times = 0; times < 2; ++times) {
        unplug();
        empty_slots();
        plug();
        ASSERT_TRUE(holds_the_ca()) << gateway_.log();
    }
    unplug();
    empty_slots();
    plug();
    EXPECT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
}

} // namespace
} // namespace bgs2::test
