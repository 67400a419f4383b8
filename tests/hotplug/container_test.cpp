// SPDX-License-Identifier: Apache-2.0
// bgs2ctl and bgs2d in real containers, as docs/containers.md describes them.
#include "tests/hotplug/container.h"
#include "tests/integration/certificates.h"
#include "tests/support/gateway.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

constexpr const char* bus_socket = "/run/dbus/system_bus_socket";

class ContainerTest : public testing::Test {
  protected:
    void SetUp() override {
        if (const auto reason = why_no_container(ContainerManager::nspawn))
            GTEST_SKIP() << *reason;
    }
};

/// bgs2d on the machine, bgs2ctl in a container that gets the socket of its bus.
class HostBus : public testing::TestWithParam<ContainerManager> {
  protected:
    void SetUp() override {
        if (const auto reason = why_no_container(GetParam()))
            GTEST_SKIP() << *reason;
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("unmanaged")) << gateway_.log();
        container_.mount(BGS2CTL, "/run/bgs2ctl");
        container_.mount(gateway_.path("bus"), bus_socket);
    }

    Gateway gateway_;
    Container container_{GetParam()};
};

TEST_P(HostBus, ServesBgs2ctlInAContainer) {
    const auto outcome = container_.run({"/run/bgs2ctl", "list"});
    EXPECT_EQ(outcome.exit, 0);
    EXPECT_THAT(outcome.output, HasSubstr(default_imei));
}

TEST_P(HostBus, TakesFilesOfAContainer) {
    container_.mount(gateway_.write("ca.pem", certificate_authority().certificate_pem()), "/run/ca.pem");
    const auto outcome = container_.run({"/run/bgs2ctl", "install", "--slot", "1", "--cert", "/run/ca.pem"});
    EXPECT_EQ(outcome.exit, 0) << outcome.output;
    EXPECT_NE(gateway_.thumbprint(1), "");
}

TEST_P(HostBus, LetsDoctorTellThatItDoesNotSeeTheMachine) {
    const auto outcome = container_.run({"/run/bgs2ctl", "doctor"});
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("note: bgs2ctl: bgs2ctl runs in a container (" + to_string(GetParam()) + ")"),
                      Not(HasSubstr("warning:"))));
}

INSTANTIATE_TEST_SUITE_P(Containers, HostBus,
                         testing::Values(ContainerManager::nspawn, ContainerManager::podman),
                         [](const auto& info) {
                             return info.param == ContainerManager::nspawn ? "nspawn" : "podman";
                         });

/// A container with a user namespace, in which root is another user of the machine.
class UserNamespace : public ContainerTest {
  protected:
    void SetUp() override {
        ContainerTest::SetUp();
        if (IsSkipped())
            return;
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("unmanaged")) << gateway_.log();
        container_.mount(BGS2CTL, "/run/bgs2ctl");
        container_.mount(gateway_.path("bus"), bus_socket);
    }

    Gateway gateway_;
    Container container_{ContainerManager::nspawn};
};

TEST_F(UserNamespace, DoesNotMakeRootOfTheContainerRootOfTheMachine) {
    container_.add_option("--private-users=65534:65536"); // root is nobody
    const auto outcome =
        container_.run({"sh", "-c", "/run/bgs2ctl list && id -u && exec /run/bgs2ctl reload"});
    EXPECT_NE(outcome.exit, 0);
    EXPECT_THAT(outcome.output, AllOf(HasSubstr(default_imei), HasSubstr("\n0\n"),
                                      HasSubstr("permission denied, requires io.bgs2d1.manage")));
}

TEST_F(UserNamespace, HasNoAccessToTheBusIfTheMachineDoesNotKnowItsUsers) {
    container_.add_option("--private-users=1879048192:65536");
    const auto outcome = container_.run({"/run/bgs2ctl", "list"});
    EXPECT_NE(outcome.exit, 0);
    EXPECT_THAT(outcome.output, HasSubstr("the bus refuses users that its machine does not know"));
}

TEST_F(ContainerTest, WithoutABusIsExplained) {
    Container container(ContainerManager::nspawn);
    container.mount(BGS2CTL, "/run/bgs2ctl");
    const auto outcome = container.run({"/run/bgs2ctl", "doctor"});
    EXPECT_EQ(outcome.exit, 1);
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("this is a container (systemd-nspawn): mount "),
                                      HasSubstr(bus_socket), Not(HasSubstr("systemctl"))));
}

TEST_F(ContainerTest, SharesTheLocksOfANodeOfTheMachine) {
    Gateway gateway;
    gateway.plug("modem");
    ASSERT_TRUE(gateway.eventually([&] { return fs::is_symlink(gateway.path("modem")); }));
    Container container(ContainerManager::nspawn);
    container.mount(fs::read_symlink(gateway.path("modem")), "/dev/ttyUSB0");
    container.start({"flock", "--no-fork", "/dev/ttyUSB0", "sh", "-c", "echo held; exec tail -f /dev/null"});
    ASSERT_TRUE(gateway.eventually([&] { return container.output().find("held") != std::string::npos; }))
        << container.output();
    gateway.start();
    ASSERT_TRUE(gateway.eventually([&] { return gateway.port_state("modem") == "waiting"; }))
        << gateway.log();
    EXPECT_THAT(gateway.port("modem").at("holder").get<std::string>(), HasSubstr("tail ("));
    container.stop();
    EXPECT_TRUE(gateway.becomes("unmanaged")) << gateway.log();
}

/// The nodes of the machine as a container gets them by --bind=/dev:/host/dev: a directory with links, which
/// lead to ptys of the machine.
TEST_F(ContainerTest, GivesBgs2dANodeThatComesAndGoesByADirectoryOfTheMachine) {
    Gateway gateway;
    const fs::path serial = gateway.path("serial");
    fs::create_directory(serial);
    gateway.write("bgs2d.toml", "[[port]]\ndevice = \"/host/serial/modem\"\n");
    Container container(ContainerManager::nspawn);
    container.mount(BGS2D, "/run/bgs2d-program");
    container.mount(gateway.path("bus"), bus_socket);
    container.mount(gateway.path("bgs2d.toml"), "/etc/bgs2d/bgs2d.toml");
    container.mount(serial, "/host/serial");
    container.mount("/dev/pts", "/host/pts");
    container.start({"/run/bgs2d-program"});
    ASSERT_TRUE(gateway.eventually([&] { return container.output().find(" is ready") != std::string::npos; }))
        << container.output();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.eventually([&] { return fs::is_symlink(gateway.path("modem")); }));
    // The name of the pty would lead to one of the container.
    fs::create_symlink("../pts" / fs::read_symlink(gateway.path("modem")).filename(), serial / "modem");
    EXPECT_TRUE(gateway.becomes("unmanaged")) << container.output();
    EXPECT_EQ(gateway.property("Port"), "/host/serial/modem");
    fs::remove(serial / "modem");
    EXPECT_TRUE(gateway.becomes("")) << container.output();
}

/// A booted container with all that bgs2d installs and a port of the machine, which bgs2d.toml names.
TEST_F(ContainerTest, BootsWithBgs2dAndAPortOfTheMachine) {
    Gateway gateway;
    gateway.plug("modem");
    ASSERT_TRUE(gateway.eventually([&] { return fs::is_symlink(gateway.path("modem")); }));
    const std::string pty = fs::read_symlink(gateway.path("modem"));
    Container container(ContainerManager::nspawn);
    const auto staged = Process({BGS2_CONTAINER_STAGE, BGS2_BUILD, gateway.path("stage"), pty},
                                {.environment = {}, .output = gateway.path("stage.log")})
                            .wait(60s);
    std::ifstream stage_log(gateway.path("stage.log"));
    ASSERT_EQ(staged, 0) << stage_log.rdbuf();
    container.add_option("--boot");
    container.add_option(fmt::format("--overlay-ro=/usr:{}/usr:/usr", gateway.path("stage")));
    container.mount(gateway.path("stage/etc"), "/etc");
    container.mount(pty, "/dev/ttyUSB0");
    const auto outcome = container.run({"systemd.unit=check.target"});
    std::ifstream checked(gateway.path("stage/etc/output"));
    const std::string output{std::istreambuf_iterator(checked), {}};
    EXPECT_EQ(outcome.exit, 0) << outcome.output << output;
    EXPECT_THAT(output, AllOf(HasSubstr("356938035643809"), HasSubstr("/dev/ttyUSB0"),
                              HasSubstr("note: bgs2d: bgs2d runs in a container (systemd-nspawn)")));
}

} // namespace
} // namespace bgs2::test
