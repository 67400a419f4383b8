// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/match_port.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <vector>

namespace bgs2 {
namespace {

using policy::Patterns;

const PortInfo uart{.device = "/dev/ttyS1",
                    .links = {"/dev/serial/by-path/platform-3f201000.serial", "/dev/modem0"},
                    .properties = {{"ID_PATH", "platform-3f201000.serial"}, {"SUBSYSTEM", "tty"}}};

using Rules = std::vector<PortRule>;

PortRule by_device(const std::string& device) {
    return {.device = device, .id_path = {}, .properties = {}};
}

PortRule by_path(Patterns patterns) {
    return {.device = {}, .id_path = std::move(patterns), .properties = {}};
}

PortRule by_property(const std::string& name, Patterns patterns) {
    return {.device = {}, .id_path = {}, .properties = {{name, std::move(patterns)}}};
}

TEST(MatchPort, ReportsAPortWithoutAnyRuleAsNotNamed) {
    EXPECT_EQ(match_port({}, uart),
              (PortMatch{Naming::not_named, "no udev rule sets BGS2D_PORT=1 and no [[port]] is configured"}));
}

TEST(MatchPort, MatchesAPortNamedByAUdevRule) {
    PortInfo marked = uart;
    marked.properties["BGS2D_PORT"] = "1";
    EXPECT_EQ(match_port({}, marked), (PortMatch{Naming::udev_rule, "udev rule (BGS2D_PORT=1)"}));
}

TEST(MatchPort, PrefersAUdevRuleToTheConfiguration) {
    PortInfo marked = uart;
    marked.properties["BGS2D_PORT"] = "1";
    EXPECT_EQ(match_port(Rules{by_device("/dev/ttyS1")}, marked).why, "udev rule (BGS2D_PORT=1)");
}

TEST(MatchPort, NeverMatchesAPortExcludedByAUdevRule) {
    PortInfo excluded_port = uart;
    excluded_port.properties["BGS2D_PORT"] = "0";
    for (const Rules& rules : {Rules{}, Rules{by_device("/dev/ttyS1")}})
        EXPECT_EQ(match_port(rules, excluded_port),
                  (PortMatch{Naming::excluded, "a udev rule excludes it (BGS2D_PORT=0)"}));
}

TEST(MatchPort, IgnoresOtherValuesOfTheUdevProperty) {
    for (const char* value : {"", "yes", "11", " 1"}) {
        PortInfo marked = uart;
        marked.properties["BGS2D_PORT"] = value;
        EXPECT_EQ(match_port({}, marked).naming, Naming::not_named) << value;
    }
}

TEST(MatchPort, RequiresARuleForAPortMarkedAsConfigured) {
    PortInfo configured = uart;
    configured.properties["BGS2D_PORT"] = "configured";
    EXPECT_EQ(match_port(Rules{by_device("/dev/ttyS1")}, configured),
              (PortMatch{Naming::configured, R"([[port]] #1 (device = "/dev/ttyS1"))"}));
    EXPECT_EQ(match_port({}, configured),
              (PortMatch{Naming::not_named, "no udev rule sets BGS2D_PORT=1 and no [[port]] is configured"}));
}

TEST(MatchPort, MatchesAPortByItsDeviceNodeOrASymlink) {
    EXPECT_EQ(match_port(Rules{by_device("/dev/ttyS1")}, uart),
              (PortMatch{Naming::configured, R"([[port]] #1 (device = "/dev/ttyS1"))"}));
    EXPECT_EQ(match_port(Rules{by_device("/dev/modem0")}, uart),
              (PortMatch{Naming::configured, R"([[port]] #1 (device = "/dev/modem0"))"}));
    EXPECT_EQ(match_port(Rules{by_device("/dev/ttyS10")}, uart),
              (PortMatch{Naming::not_named,
                         "no udev rule sets BGS2D_PORT=1; "
                         R"([[port]] #1 requires device = "/dev/ttyS10", the port has "/dev/ttyS1")"}));
}

TEST(MatchPort, AppliesTheFirstRuleThatMatches) {
    const Rules rules{by_device("/dev/ttyS0"), by_path({{"platform-*"}}), by_device("/dev/ttyS1")};
    EXPECT_EQ(match_port(rules, uart),
              (PortMatch{Naming::configured, R"([[port]] #2 (id-path = "platform-*"))"}));
}

TEST(MatchPort, RequiresAllConditionsOfARule) {
    PortRule rule{.device = "/dev/ttyS1",
                  .id_path = Patterns{{"platform-*", "!platform-serial8250"}},
                  .properties = {{"SUBSYSTEM", {{"tty"}}}}};
    EXPECT_EQ(
        match_port(Rules{rule}, uart),
        (PortMatch{Naming::configured, R"([[port]] #1 (device = "/dev/ttyS1", id-path = ["platform-*", )"
                                       R"("!platform-serial8250"], property SUBSYSTEM = "tty"))"}));
    rule.properties["ID_BUS"] = {{"usb"}};
    EXPECT_EQ(match_port(Rules{rule}, uart),
              (PortMatch{Naming::not_named,
                         "no udev rule sets BGS2D_PORT=1; "
                         R"([[port]] #1 requires property ID_BUS = "usb", the port has nothing)"}));
}

TEST(MatchPort, ReportsTheUnmetConditionOfEachRule) {
    const Rules rules{by_path({{"pci-*"}}), by_property("SUBSYSTEM", {{"!tty"}})};
    EXPECT_EQ(
        match_port(rules, uart),
        (PortMatch{Naming::not_named,
                   "no udev rule sets BGS2D_PORT=1; "
                   R"([[port]] #1 requires id-path = "pci-*", the port has "platform-3f201000.serial"; )"
                   R"([[port]] #2 requires property SUBSYSTEM = "!tty", the port has "tty")"}));
}

TEST(MatchPort, MatchesAnAbsentPropertyOnlyIfAllPatternsAreNegated) {
    EXPECT_FALSE(match_port(Rules{by_property("ID_BUS", {{"*"}})}, uart).matched());
    EXPECT_TRUE(match_port(Rules{by_property("ID_BUS", {{"!usb"}})}, uart).matched());
}

TEST(PortInEnvironment, HasTheDeviceLinksAndPropertiesThatUdevSets) {
    constexpr std::array<std::string_view, 5> environment{
        "DEVNAME=/dev/ttyS1", "DEVLINKS=/dev/serial/by-path/platform-3f201000.serial /dev/modem0",
        "ID_PATH=platform-3f201000.serial", "NOTE=a=b", "neither"};
    const PortInfo port = port_in_environment(environment);
    EXPECT_EQ(port.device, uart.device);
    EXPECT_EQ(port.links, uart.links);
    EXPECT_EQ(port.property("ID_PATH"), "platform-3f201000.serial");
    EXPECT_EQ(port.property("NOTE"), "a=b");
    EXPECT_FALSE(port.properties.contains("neither"));
}

TEST(PortInEnvironment, IsEmptyForAnEmptyEnvironment) {
    EXPECT_EQ(port_in_environment({}), PortInfo());
}

TEST(MatchPort, IgnoresARuleWithoutConditions) {
    EXPECT_FALSE(match_port({{PortRule()}}, uart).matched());
}

} // namespace
} // namespace bgs2
