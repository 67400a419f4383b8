// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/error.h"
#include "systemd/notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bgs2::systemd {
namespace {

using testing::StartsWith;

/// The service manager's end: a datagram socket that NOTIFY_SOCKET names.
class Notify : public testing::Test {
  protected:
    void SetUp() override {
        socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ASSERT_GE(socket_, 0) << strerror(errno);
        std::string directory = testing::TempDir() + "notify-XXXXXX";
        ASSERT_NE(mkdtemp(directory.data()), nullptr);
        directory_ = directory;
        const std::string path = directory_ / "notify";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
        ASSERT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
            << strerror(errno);
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    void TearDown() override {
        for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            unsetenv(name);
        close(socket_);
        std::filesystem::remove_all(directory_);
    }

    /// The next message; datagrams of this machine arrive before the sender goes on, so none is awaited.
    [[nodiscard]] std::string received() const {
        std::array<char, 1024> buffer{};
        const auto size = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

    void remove_socket() { std::filesystem::remove_all(directory_); }

  private:
    int socket_ = -1;
    std::filesystem::path directory_;
};

long long monotonic_microseconds() {
    timespec now{};
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000;
}

TEST_F(Notify, SendsTheStatusWithReady) {
    EXPECT_TRUE(ready("2 modems, both compliant"));
    EXPECT_EQ(received(), "READY=1\nSTATUS=2 modems, both compliant");
}

TEST_F(Notify, ReplacesControlCharactersInTheStatus) {
    EXPECT_TRUE(ready("BGS2\r\nSTOPPING=1\x7f!"));
    EXPECT_EQ(received(), "READY=1\nSTATUS=BGS2  STOPPING=1 !");
}

TEST_F(Notify, SendsTheMonotonicTimeWithReloading) {
    const auto before = monotonic_microseconds();
    EXPECT_TRUE(reloading());
    const auto after = monotonic_microseconds();
    const std::string message = received();
    const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
    ASSERT_THAT(message, StartsWith(head));
    const auto timestamp = std::stoll(message.substr(head.size()));
    EXPECT_LE(before, timestamp);
    EXPECT_LE(timestamp, after);
}

TEST_F(Notify, SendsStoppingAndWatchdogMessages) {
    EXPECT_TRUE(stopping());
    EXPECT_EQ(received(), "STOPPING=1");
    EXPECT_TRUE(watchdog());
    EXPECT_EQ(received(), "WATCHDOG=1");
}

TEST_F(Notify, ReturnsFalseWithoutANotifySocket) {
    unsetenv("NOTIFY_SOCKET");
    EXPECT_FALSE(ready("by hand"));
    EXPECT_FALSE(reloading());
    EXPECT_FALSE(stopping());
    EXPECT_FALSE(watchdog());
    EXPECT_EQ(received(), "nothing");
}

TEST_F(Notify, ThrowsIfTheManagerCannotBeReached) {
    remove_socket();
    EXPECT_THROW(ready("lost"), Exception);
}

TEST_F(Notify, UsesHalfTheWatchdogTimeAsTheInterval) {
    setenv("WATCHDOG_USEC", "30000000", 1);
    EXPECT_EQ(watchdog_interval(), std::chrono::seconds(15));
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    EXPECT_EQ(watchdog_interval(), std::chrono::seconds(15));
}

TEST_F(Notify, IgnoresAWatchdogOfAnotherProcess) {
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(watchdog_interval(), std::nullopt);
}

TEST_F(Notify, ReportsNoIntervalWithoutAWatchdog) {
    EXPECT_EQ(watchdog_interval(), std::nullopt);
}

TEST_F(Notify, RejectsAnInvalidWatchdogTime) {
    setenv("WATCHDOG_USEC", "soon", 1);
    EXPECT_THROW(watchdog_interval(), Exception);
}

} // namespace
} // namespace bgs2::systemd
