// SPDX-License-Identifier: Apache-2.0
#include "cli/client/port_release.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

using testing::HasSubstr;

Port port_in(const std::string& state, const std::string& use, const std::string& work = {}) {
    Port port;
    port.device = "/dev/ttyS1";
    port.path = "platform-fe201000.serial";
    port.state = state;
    port.use = use;
    port.work = work;
    return port;
}

bool released(const Port& port) {
    return PortRelease("/dev/ttyS1").evaluate(std::vector{port}).value().has_value();
}

TEST(PortRelease, IsMetOnceAModemIsDoneAndThePortClosed) {
    EXPECT_TRUE(released(port_in("modem", "released")));
    EXPECT_TRUE(released(port_in("duplicate", "released")));
    EXPECT_FALSE(released(port_in("modem", "borrowed", "write slot 0")));
    EXPECT_FALSE(released(port_in("modem", "released", "write slot 0"))) << "the next attempt is pending";
    EXPECT_FALSE(released(port_in("modem", "waiting", "write slot 0")));
}

TEST(PortRelease, IsMetWhereThereIsNoModem) {
    EXPECT_TRUE(released(port_in("silent", "released")));
    EXPECT_TRUE(released(port_in("silent", "released", "identify the modem"))) << "it is probed again later";
    EXPECT_TRUE(released(port_in("not-a-modem", "released")));
    EXPECT_TRUE(released(port_in("unavailable", "released"))) << "such as a module that refuses all commands";
    EXPECT_FALSE(released(port_in("silent", "borrowed"))) << "while it is probed again";
}

TEST(PortRelease, IsNotMetBeforeThePortIsIdentified) {
    for (const auto* state : {"absent", "probing", "waiting"})
        EXPECT_FALSE(released(port_in(state, "released"))) << state;
    EXPECT_FALSE(PortRelease("/dev/ttyS1").evaluate({}).value()) << "it may still appear";
}

TEST(PortRelease, IsAnErrorForAPortThatIsNotNamed) {
    Port port = port_in("ignored", "released");
    port.reason = "no udev rule sets BGS2D_PORT=1";
    const auto result = PortRelease("/dev/ttyS1").evaluate(std::vector{port});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::not_found);
    EXPECT_EQ(result.error().what, "bgs2d does not use /dev/ttyS1: no udev rule sets BGS2D_PORT=1");
    EXPECT_THAT(result.error().hint, HasSubstr("bgs2d.toml"));
}

TEST(PortRelease, FindsThePortByItsPlaceAndByALink) {
    const test::TemporaryDirectory folder;
    const std::string node = folder.write("ttyS1", "");
    const std::string link = folder.path() / "modem";
    std::filesystem::create_symlink(node, link);
    Port port = port_in("modem", "released");
    EXPECT_TRUE(PortRelease(port.path).evaluate(std::vector{port}).value());
    port.device = node;
    EXPECT_TRUE(PortRelease(link).evaluate(std::vector{port}).value());
    port.device = link;
    EXPECT_TRUE(PortRelease(node).evaluate(std::vector{port}).value());
    EXPECT_FALSE(PortRelease(node + "0").evaluate(std::vector{port}).value());
}

TEST(PortRelease, NamesTheObstacle) {
    const PortRelease release("/dev/ttyS1");
    Port port = port_in("modem", "waiting", "write slot 0");
    port.holder = "pppd (812)";
    EXPECT_EQ(release.unmet(std::vector{port}).what,
              "/dev/ttyS1 is not released: bgs2d waits for pppd (812): write slot 0");
    EXPECT_EQ(release.unmet(std::vector{port_in("modem", "borrowed")}).what,
              "/dev/ttyS1 is not released: bgs2d has it");
    EXPECT_EQ(release.unmet(std::vector{port_in("absent", "released")}).what,
              "/dev/ttyS1 is not released: it is not present");
    EXPECT_EQ(release.unmet({}).what, "no port /dev/ttyS1 has appeared");
}

TEST(PortRelease, IsExaminedAgainAfterSignalsAboutPortsAndModems) {
    const auto signal = [](const char* path, const char* member) {
        return BusSignal{path, "io.bgs2d1.Manager", member, Value::array()};
    };
    EXPECT_TRUE(concerns_ports(signal("/io/bgs2d1", "PortReleased")));
    EXPECT_TRUE(concerns_ports(signal("/io/bgs2d1", "PortWanted")));
    EXPECT_TRUE(concerns_ports(signal("/io/bgs2d1/modem/3", "PropertiesChanged")));
    EXPECT_FALSE(concerns_ports(signal("/io/bgs2d1", "JobCompleted")));
}

} // namespace
} // namespace bgs2::cli
