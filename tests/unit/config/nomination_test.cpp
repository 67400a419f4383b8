#include "daemon/nomination.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace bgs2 {
namespace {

using policy::Patterns;

const PortFacts uart{.device = "/dev/ttyS1",
                     .links = {"/dev/serial/by-path/platform-3f201000.serial", "/dev/modem0"},
                     .properties = {{"ID_PATH", "platform-3f201000.serial"}, {"SUBSYSTEM", "tty"}}};

PortRule by_device(const std::string& device) {
    return {.device = device, .id_path = {}, .properties = {}};
}

PortRule by_path(Patterns patterns) {
    return {.device = {}, .id_path = std::move(patterns), .properties = {}};
}

PortRule by_property(const std::string& name, Patterns patterns) {
    return {.device = {}, .id_path = {}, .properties = {{name, std::move(patterns)}}};
}

TEST(Nominate, NoPortThatNobodyNames) {
    EXPECT_EQ(nominate({}, uart),
              (Nomination{false, "no udev rule gives it BGS2D_PORT=1 and no [[port]] is configured"}));
}

TEST(Nominate, APortThatUdevMarks) {
    PortFacts marked = uart;
    marked.properties["BGS2D_PORT"] = "1";
    EXPECT_EQ(nominate({}, marked), (Nomination{true, "udev rule (BGS2D_PORT=1)"}));
}

TEST(Nominate, APortThatUdevMarksRatherThanByARule) {
    PortFacts marked = uart;
    marked.properties["BGS2D_PORT"] = "1";
    EXPECT_EQ(nominate({{by_device("/dev/ttyS1")}}, marked).why, "udev rule (BGS2D_PORT=1)");
}

TEST(Nominate, NoPortThatUdevKeepsAway) {
    PortFacts kept_away = uart;
    kept_away.properties["BGS2D_PORT"] = "0";
    for (const Config& config : {Config{}, Config{{by_device("/dev/ttyS1")}}})
        EXPECT_EQ(nominate(config, kept_away),
                  (Nomination{false, "a udev rule keeps bgs2d away from it (BGS2D_PORT=0)"}));
}

TEST(Nominate, APortThatWasConfiguredOnlyAsLongAsItIs) {
    PortFacts configured = uart;
    configured.properties["BGS2D_PORT"] = "configured";
    EXPECT_EQ(nominate({{by_device("/dev/ttyS1")}}, configured),
              (Nomination{true, R"([[port]] #1 (device = "/dev/ttyS1"))"}));
    EXPECT_EQ(nominate({}, configured),
              (Nomination{false, "no udev rule gives it BGS2D_PORT=1 and no [[port]] is configured"}));
}

TEST(Nominate, APortByItsNodeOrALinkToIt) {
    EXPECT_EQ(nominate({{by_device("/dev/ttyS1")}}, uart),
              (Nomination{true, R"([[port]] #1 (device = "/dev/ttyS1"))"}));
    EXPECT_EQ(nominate({{by_device("/dev/modem0")}}, uart),
              (Nomination{true, R"([[port]] #1 (device = "/dev/modem0"))"}));
    EXPECT_EQ(nominate({{by_device("/dev/ttyS10")}}, uart),
              (Nomination{false, "no udev rule gives it BGS2D_PORT=1; "
                                 R"([[port]] #1 wants device = "/dev/ttyS10", it has "/dev/ttyS1")"}));
}

TEST(Nominate, APortByTheFirstRuleThatHolds) {
    const Config config{{by_device("/dev/ttyS0"), by_path({{"platform-*"}}), by_device("/dev/ttyS1")}};
    EXPECT_EQ(nominate(config, uart), (Nomination{true, R"([[port]] #2 (id-path = "platform-*"))"}));
}

TEST(Nominate, APortOnlyIfAllConditionsHold) {
    PortRule rule{.device = "/dev/ttyS1",
                  .id_path = Patterns{{"platform-*", "!platform-serial8250"}},
                  .properties = {{"SUBSYSTEM", {{"tty"}}}}};
    EXPECT_EQ(nominate({{rule}}, uart),
              (Nomination{true, R"([[port]] #1 (device = "/dev/ttyS1", id-path = ["platform-*", )"
                                R"("!platform-serial8250"], property SUBSYSTEM = "tty"))"}));
    rule.properties["ID_BUS"] = {{"usb"}};
    EXPECT_EQ(nominate({{rule}}, uart),
              (Nomination{false, "no udev rule gives it BGS2D_PORT=1; "
                                 R"([[port]] #1 wants property ID_BUS = "usb", it has nothing)"}));
}

TEST(Nominate, SaysWhatEachRuleMissed) {
    const Config config{{by_path({{"pci-*"}}), by_property("SUBSYSTEM", {{"!tty"}})}};
    EXPECT_EQ(nominate(config, uart),
              (Nomination{false, "no udev rule gives it BGS2D_PORT=1; "
                                 R"([[port]] #1 wants id-path = "pci-*", it has "platform-3f201000.serial"; )"
                                 R"([[port]] #2 wants property SUBSYSTEM = "!tty", it has "tty")"}));
}

TEST(Nominate, APortWithoutThePropertyOnlyIfTheRuleOnlyNegates) {
    EXPECT_FALSE(nominate({{by_property("ID_BUS", {{"*"}})}}, uart).nominated);
    EXPECT_TRUE(nominate({{by_property("ID_BUS", {{"!usb"}})}}, uart).nominated);
}

TEST(PortInEnvironment, IsWhatUdevSaysOfIt) {
    constexpr std::array<std::string_view, 5> environment{
        "DEVNAME=/dev/ttyS1", "DEVLINKS=/dev/serial/by-path/platform-3f201000.serial /dev/modem0",
        "ID_PATH=platform-3f201000.serial", "NOTE=a=b", "neither"};
    const PortFacts port = port_in_environment(environment);
    EXPECT_EQ(port.device, uart.device);
    EXPECT_EQ(port.links, uart.links);
    EXPECT_EQ(port.property("ID_PATH"), "platform-3f201000.serial");
    EXPECT_EQ(port.property("NOTE"), "a=b");
    EXPECT_FALSE(port.properties.contains("neither"));
}

TEST(PortInEnvironment, IsNoneWhereUdevSaysNothing) {
    EXPECT_EQ(port_in_environment({}), PortFacts());
}

TEST(Nominate, NoPortByARuleWithoutConditions) {
    EXPECT_FALSE(nominate({{PortRule()}}, uart).nominated);
}

} // namespace
} // namespace bgs2
