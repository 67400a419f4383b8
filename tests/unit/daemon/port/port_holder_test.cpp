// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/serial_port.h"
#include "daemon/port/port_holder.h"
#include "daemon/port/uucp_lock.h"
#include "tests/support/child.h"
#include "tests/support/foreign_pty.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::filesystem::path system_locks = "/run/lock";

std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Looks again and again, at most ten seconds.
bool holds_in_time(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::yield();
    }
    return true;
}

class PortHolderTest : public testing::Test {
  protected:
    std::optional<PortHolder> holder(const std::filesystem::path& locks) const {
        return find_holder(port_, locks);
    }

    /// A program on a terminal of its own, which `script` gives it.
    [[nodiscard]] test::Process on_terminal(const std::string& command) const {
        return {{"script", "--quiet", "--return", "--flush", "--command", "exec " + command, "/dev/null"},
                {.environment = {"TERM=vt100"}, .output = output_}};
    }
    [[nodiscard]] std::string output() const { return content_of(output_); }

    test::Pty pty_;
    test::TemporaryDirectory locks_;
    std::filesystem::path output_ = locks_.write("output", "");
    PortInfo port_{.device = pty_.path(), .links = {}, .properties = {}};
    asio::io_context loop_;
};

TEST_F(PortHolderTest, IsToldAsNameAndPid) {
    EXPECT_EQ(to_string({.name = "pppd", .pid = 812}), "pppd (812)");
    EXPECT_EQ(to_string({.name = "", .pid = 812}), "process 812");
    EXPECT_EQ(to_string({.name = "pppd", .pid = 0}), "pppd");
    EXPECT_EQ(to_string(PortHolder{}), "another program");
}

TEST_F(PortHolderTest, IsNotThisProcess) {
    EXPECT_EQ(holder(locks_.path()), std::nullopt);
    const UucpLock lock(port_, locks_.path());
    const at::SerialPort port(loop_.get_executor(), pty_.path(), at::LineSettings{});
    EXPECT_EQ(holder(locks_.path()), std::nullopt);
}

TEST_F(PortHolderTest, IsUnknownIfAChildHasTheLockOfAProcessThatHasEnded) {
    pid_t grandchild = 0;
    int pids[2] = {-1, -1};
    ASSERT_EQ(::pipe(pids), 0);
    const test::Child other([&](const auto& ready) {
        ::flock(test::Child::open_tty(pty_.path()), LOCK_EX);
        const pid_t child = ::fork();
        if (child == 0)
            test::Child::wait_for_signal();
        static_cast<void>(::write(pids[1], &child, sizeof child) == sizeof child);
        ready();
        test::Child::wait_for_signal();
        return 0;
    });
    ASSERT_EQ(::read(pids[0], &grandchild, sizeof grandchild), static_cast<ssize_t>(sizeof grandchild));
    EXPECT_EQ(holder(locks_.path()).value_or(PortHolder()).pid, other.pid());
    other.kill();
    EXPECT_EQ(holder(locks_.path()), PortHolder());
    ::kill(grandchild, SIGKILL);
    EXPECT_TRUE(holds_in_time([&] { return !holder(locks_.path()); }));
    ::close(pids[0]);
    ::close(pids[1]);
}

TEST_F(PortHolderTest, IsNotAProcessThatLockedANamesakeOfThePty) {
    const test::ForeignPty other(pty_.path());
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    EXPECT_EQ(holder(locks_.path()), std::nullopt);
    port_.device = "/proc/" + std::to_string(other.pid()) + "/root" + pty_.path();
    EXPECT_EQ(holder(locks_.path()).value_or(PortHolder()).pid, other.pid());
}

TEST_F(PortHolderTest, IsARealProgramThatUsesFlock) {
    const test::Process picocom = on_terminal("picocom --quiet " + pty_.path());
    ASSERT_TRUE(holds_in_time([&] { return holder(locks_.path()).has_value(); })) << output();
    EXPECT_EQ(holder(locks_.path())->name, "picocom");
    ::kill(holder(locks_.path())->pid, SIGTERM);
    EXPECT_TRUE(holds_in_time([&] { return !holder(locks_.path()); }));
}

TEST_F(PortHolderTest, IsARealProgramThatUsesUucpLocks) {
    if (!std::filesystem::is_directory(system_locks))
        GTEST_SKIP() << "minicom requires /run/lock";
    const test::Process minicom = on_terminal("minicom --device " + pty_.path());
    ASSERT_TRUE(holds_in_time([&] { return holder(system_locks).has_value(); })) << output();
    const PortHolder found = *holder(system_locks);
    EXPECT_EQ(found.name, "minicom");
    ::kill(found.pid, SIGKILL); // its lock file stays
    EXPECT_TRUE(holds_in_time([&] { return !holder(system_locks); }));
    const UucpLock taken_over(port_, system_locks);
    EXPECT_EQ(uucp_lock_owner(system_locks / uucp_lock_names(port_).front()), ::getpid());
}

TEST_F(PortHolderTest, KeepsRealProgramsOff) {
    if (!std::filesystem::is_directory(system_locks))
        GTEST_SKIP() << "minicom requires /run/lock";
    {
        const UucpLock lock(port_, system_locks);
        test::Process minicom = on_terminal("minicom --device " + pty_.path());
        EXPECT_NE(minicom.wait(10s).value_or(0), 0);
        EXPECT_THAT(output(), HasSubstr("is locked"));
    }
    const at::SerialPort port(loop_.get_executor(), pty_.path(), at::LineSettings{});
    test::Process picocom = on_terminal("picocom --quiet " + pty_.path());
    EXPECT_NE(picocom.wait(10s).value_or(0), 0);
    EXPECT_THAT(output(), HasSubstr("cannot lock"));
}

} // namespace
} // namespace bgs2
