// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/match.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::policy {
namespace {

const ModemAttributes modem{.imei = "356938035643809",
                            .model = "BGS2-W",
                            .serial = "A6008isP",
                            .port_path = "platform-3f201000.serial",
                            .properties = {{"ID_BUS", "usb"}, {"ID_SERIAL_SHORT", "A6008isP"}}};

Policy policy(Match match) {
    Policy result;
    result.name = "test";
    result.match = std::move(match);
    return result;
}

struct MatchCase {
    Match match;
    MatchResult result;
};

TEST(Explain, ReportsTheDecidingConditionAndTheReason) {
    const std::vector<MatchCase> cases{
        {{}, {true, "", {}, "no conditions, matches every modem"}},
        {{.model = Patterns{{"BGS2-*"}}, .imei = {}, .port = {}, .properties = {}},
         {true, "", {}, R"(model "BGS2-W" matches "BGS2-*")"}},
        {{.model = Patterns{{"BGS2-*"}},
          .imei = {},
          .port = Patterns{{"pci-*", "platform-*"}},
          .properties = {}},
         {true,
          "",
          {},
          R"(model "BGS2-W" matches "BGS2-*"; port "platform-3f201000.serial" matches ["pci-*", "platform-*"])"}},
        {{.model = Patterns{{"EHS*"}}, .imei = Patterns{{"1"}}, .port = {}, .properties = {}},
         {false, "model", {{"EHS*"}}, R"(model "BGS2-W" does not match "EHS*")"}},
        {{.model = {}, .imei = Patterns{{"35693803*", "!356938035643809"}}, .port = {}, .properties = {}},
         {false,
          "imei",
          {{"35693803*", "!356938035643809"}},
          R"(imei "356938035643809" is excluded by "!356938035643809")"}},
        {{.model = {}, .imei = {}, .port = Patterns{{"pci-*"}}, .properties = {}},
         {false, "port", {{"pci-*"}}, R"(port "platform-3f201000.serial" does not match "pci-*")"}},
        {{.model = {}, .imei = {}, .port = {}, .properties = {{"ID_BUS", {{"usb"}}}, {"ID_MODEL", {{"*"}}}}},
         {false, "property ID_MODEL", {{"*"}}, R"(property ID_MODEL is absent, which does not match "*")"}},
        {{.model = {}, .imei = {}, .port = {}, .properties = {{"ID_BUS", {{"usb"}}}, {"ID_MODEL", {{"!x"}}}}},
         {true,
          "",
          {},
          R"(property ID_BUS "usb" matches "usb"; property ID_MODEL is absent, which matches "!x")"}},
    };
    for (const auto& [match, result] : cases)
        EXPECT_EQ(explain(policy(match), modem), result) << explain(policy(match), modem).why;
}

TEST(Explain, TreatsAPortWithoutIdPathAsAbsent) {
    ModemAttributes elsewhere = modem;
    elsewhere.port_path.clear();
    const auto with_port = [&](Patterns port) {
        return explain(policy({.model = {}, .imei = {}, .port = std::move(port), .properties = {}}),
                       elsewhere);
    };
    EXPECT_EQ(with_port({{"*"}}).why, R"(port is absent, which does not match "*")");
    EXPECT_TRUE(with_port({{"!pci-*"}}).matches);
}

TEST(FirstMatch, IsTheFirstMatchingPolicy) {
    const Policies policies{
        policy({.model = Patterns{{"EHS*"}}, .imei = {}, .port = {}, .properties = {}}),
        policy({.model = Patterns{{"BGS2-*"}}, .imei = {}, .port = {}, .properties = {}}),
        policy({}),
    };
    EXPECT_EQ(first_match(policies, modem), &policies.at(1));
    EXPECT_EQ(first_match(policies, {}), &policies.at(2));
}

TEST(FirstMatch, IsNullIfNoPolicyMatches) {
    EXPECT_EQ(first_match({}, modem), nullptr);
    const Policies policies{policy({.model = {}, .imei = Patterns{{"1*"}}, .port = {}, .properties = {}})};
    EXPECT_EQ(first_match(policies, modem), nullptr);
}

} // namespace
} // namespace bgs2::policy
