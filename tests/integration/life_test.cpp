// SPDX-License-Identifier: Apache-2.0
// Start and stop of the daemon.
#include "tests/integration/certificates.h"
#include "tests/support/process.h"
#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

bool is_writing(Gateway& gateway) {
    return gateway.eventually(
        [&] { return gateway.modem_log("modem").find("SECURE CMD READY") != std::string::npos; });
}

TEST(Daemon, ExitsWithinASecondDuringAFrame) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--baud", "9600"}); // the frame takes two seconds
    ASSERT_TRUE(is_writing(gateway)) << gateway.log();
    EXPECT_EQ(gateway.stop(1s), 0) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 0U) << "the frame was not to be finished";
}

TEST(Daemon, KilledDuringAFrameProvisionsAfterItsRestart) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--baud", "9600", "--frame-timeout", "1"});
    ASSERT_TRUE(is_writing(gateway)) << gateway.log();
    gateway.daemon().signal(SIGKILL);
    ASSERT_EQ(gateway.daemon().wait(10s), -SIGKILL);
    gateway.start();
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log() << gateway.modem_log("modem");
}

TEST(Daemon, ExitsWithoutWaitingForEndedJobsToExpire) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.stop(1s), 0);
}

TEST(Daemon, NotifiesTheServiceManagerOnceTheBusNameIsOwned) {
    Gateway gateway;
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(socket, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = gateway.path("notify");
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    gateway.start();
    ::unsetenv("NOTIFY_SOCKET");
    std::array<char, 1024> message{};
    const auto size = ::recv(socket, message.data(), message.size(), 0);
    ASSERT_GT(size, 0);
    EXPECT_THAT(std::string(message.data(), static_cast<std::size_t>(size)), HasSubstr("READY=1"));
    const auto version =
        gateway.manager().getProperty("Version").onInterface("io.bgs2d1.Manager").get<std::string>();
    EXPECT_EQ(version, BGS2_VERSION);
    ::close(socket);
}

TEST(Daemon, ReloadsAndStopsIfTheServiceManagerIsGone) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start({}, {"NOTIFY_SOCKET=" + gateway.path("nobody-listens")});
    EXPECT_THAT(gateway.reload(), testing::IsEmpty());
    EXPECT_EQ(gateway.stop(10s), 0);
    EXPECT_THAT(gateway.log(), HasSubstr("warning: "));
}

TEST(Daemon, ExitsWithAnErrorIfThereIsNoBus) {
    const TemporaryDirectory folder;
    const std::string log = folder.path() / "log";
    Process daemon({BGS2D, "--policy-dir", folder.path(), "--state-dir", folder.path()},
                   {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + (folder.path() / "none").string()},
                    .output = log});
    EXPECT_EQ(daemon.wait(10s), 1);
    EXPECT_THAT(read_text(log), HasSubstr("cannot use the system bus"));
}

TEST(Daemon, ExitsWithAnErrorIfTheBusNameIsTaken) {
    Gateway gateway;
    gateway.start();
    Process second({BGS2D, "--config", gateway.path("bgs2d.toml")},
                   {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()},
                    .output = gateway.path("second.log")});
    EXPECT_EQ(second.wait(10s), 1);
}

TEST(Daemon, ReportsAMissingConfigurationFile) {
    const Gateway gateway;
    Process daemon({BGS2D, "--config", gateway.path("nowhere.toml")},
                   {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()},
                    .output = gateway.path("bgs2d.log")});
    EXPECT_EQ(daemon.wait(10s), 1);
    EXPECT_THAT(gateway.log(), HasSubstr("nowhere.toml"));
}

TEST(Daemon, RejectsAnUnknownOptionWithExitCodeTwo) {
    const Gateway gateway;
    Process daemon({BGS2D, "--polcy-dir", "/"}, {.environment = {}, .output = gateway.path("bgs2d.log")});
    EXPECT_EQ(daemon.wait(10s), 2);
    EXPECT_THAT(gateway.log(), HasSubstr("--polcy-dir"));
}

TEST(Daemon, ExitsWithAnErrorWhenTheBusConnectionIsLost) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log(); // requires objects to remove
    gateway.stop_bus();
    EXPECT_EQ(gateway.daemon().wait(10s), 1) << gateway.log();
    EXPECT_THAT(gateway.log(), HasSubstr("lost the system bus"));
}

} // namespace
} // namespace bgs2::test
