// SPDX-License-Identifier: Apache-2.0
// Start and stop of the daemon.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"
#include "tests/support/process.h"
#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/file.h>
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

/// Whether a process has locked the file by flock(2).
bool is_locked(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
    ::close(fd);
    return locked;
}

TEST(Daemon, LetsAFrameThatHasBegunEndBeforeItExits) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--baud", "9600"}); // the frame takes two seconds
    ASSERT_TRUE(is_writing(gateway)) << gateway.log();
    EXPECT_EQ(gateway.stop(5s), 0) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 1U) << "the second one was not to be begun";
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("SECURE CMD END OK"));
}

TEST(Daemon, ExitsAfterFiveSecondsOfAFrameThatTakesLonger) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--baud", "2400"}); // the frame takes eight seconds
    ASSERT_TRUE(is_writing(gateway)) << gateway.log();
    EXPECT_EQ(gateway.stop(7s), 0) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 0U);
}

TEST(Daemon, ExitsAtOnceWhileItWaitsForAPort) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant"));
    ASSERT_TRUE(gateway.releases());
    const Process holder({"flock", "--no-fork", gateway.path("modem"), "tail", "-f", "/dev/null"},
                         Process::Options{.environment = {}, .output = gateway.path("holder.log")});
    ASSERT_TRUE(gateway.eventually([&] { return is_locked(gateway.path("modem")); }));
    gateway.ask("Refresh");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.property("PortUse") == "waiting"; }))
        << gateway.log();
    EXPECT_EQ(gateway.stop(2s), 0) << gateway.log();
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

/// The number of lines of the log with this text.
std::size_t lines_with(const Gateway& gateway, const std::string& text) {
    const std::string log = gateway.log();
    std::size_t lines = 0;
    for (auto found = log.find(text); found != std::string::npos; found = log.find(text, found + 1))
        ++lines;
    return lines;
}

/// A call that waits for the end of a pipe, which stays open.
struct WaitingCall {
    explicit WaitingCall(const Gateway& gateway)
      : connection(sdbus::createSessionBusConnectionWithAddress(gateway.bus_address()))
      , modem(bus::make_proxy(*connection, "io.bgs2d1", "/io/bgs2d1/modem/" + std::string(default_imei))) {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("pipe2");
        modem->callMethodAsync("SendFrame")
            .onInterface("io.bgs2d1.Modem")
            .withTimeout(60s)
            .withArguments(sdbus::UnixFd(ends[0], sdbus::adopt_fd), Gateway::Dictionary{})
            .uponReplyInvoke([this](bus::ReplyError failure, const sdbus::ObjectPath& /*job*/) {
                error = failure ? std::string(failure->getName()) : "";
            });
    }
    ~WaitingCall() { ::close(ends[1]); }
    WaitingCall(const WaitingCall&) = delete;
    WaitingCall& operator=(const WaitingCall&) = delete;

    /// The daemon has received the call when this returns.
    void arrive() const {
        (void)modem->getProperty("State").onInterface("io.bgs2d1.Modem").get<std::string>();
    }

    /// The name of the error, "" for success; nothing without an answer.
    std::optional<std::string> ending() {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        try {
            while (!error && std::chrono::steady_clock::now() < deadline) {
                if (bus::process_one(*connection))
                    continue;
                pollfd socket{connection->getEventLoopPollData().fd, POLLIN, 0};
                ::poll(&socket, 1, 100);
            }
        } catch (const sdbus::Error&) { // NOLINT(bugprone-empty-catch): the bus has ended
        }
        return error;
    }

    std::array<int, 2> ends{};
    std::unique_ptr<sdbus::IConnection> connection;
    std::unique_ptr<sdbus::IProxy> modem;
    std::optional<std::string> error;
};

TEST(Daemon, ExitsOnceWithTheReasonWhenTheBusEnds) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log(); // requires objects to remove
    WaitingCall call(gateway);
    call.arrive();
    gateway.stop_bus();
    EXPECT_EQ(gateway.daemon().wait(10s), 1) << gateway.log();
    EXPECT_EQ(lines_with(gateway, "lost the system bus: "), 1U) << gateway.log();
    EXPECT_EQ(lines_with(gateway, "bgs2d: error: "), 1U) << gateway.log();
    EXPECT_EQ(lines_with(gateway, "bgs2d: warning: cannot "), 0U) << gateway.log();
    EXPECT_EQ(call.ending(), "org.freedesktop.DBus.Error.NoReply");
}

TEST(Daemon, UsesTheBusAgainAfterBothHaveRestarted) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    gateway.restart_bus();
    EXPECT_EQ(gateway.daemon().wait(10s), 1) << gateway.log();
    EXPECT_EQ(lines_with(gateway, "lost the system bus: "), 1U) << gateway.log();
    gateway.start(); // as systemd does: Restart= of bgs2d.service
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

TEST(Daemon, AnswersWaitingCallsWithAnErrorWhenItStops) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    WaitingCall call(gateway);
    call.arrive();
    EXPECT_EQ(gateway.stop(5s), 0) << gateway.log(); // sooner than the pipe's timeout
    EXPECT_EQ(call.ending(), "io.bgs2d1.Error.Cancelled");
}

} // namespace
} // namespace bgs2::test
