// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_holders.h"
#include "tests/support/foreign_pty.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace bgs2::cli {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::IsEmpty;
using testing::IsSupersetOf;

/// Searches repeatedly until a process holds the device or a timeout expires.
Processes look_until_held(const std::string& device) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    Processes seen = look_at_processes(std::vector{device});
    while (seen.holders.empty() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
        seen = look_at_processes(std::vector{device});
    }
    return seen;
}

TEST(PortHolders, AreReportedWithNameAndPid) {
    const test::Pty pty;
    const test::Process holder({"sh", "-c", "exec tail -f /dev/null < " + pty.path()},
                               {.environment = {}, .output = "/dev/null"});
    const Processes seen = look_until_held(pty.path());
    ASSERT_EQ(seen.holders.size(), 1U) << "this process is not reported";
    EXPECT_EQ(seen.holders[0].device, pty.path());
    EXPECT_EQ(seen.holders[0].pid, holder.pid());
    EXPECT_THAT(seen.running, Contains(seen.holders[0].name));
}

TEST(PortHolders, AreFoundThroughALinkToTheNode) {
    const test::TemporaryDirectory folder;
    const test::Pty pty;
    const std::string link = folder.path() / "modem";
    std::filesystem::create_symlink(pty.path(), link);
    const test::Process holder({"sh", "-c", "exec tail -f /dev/null < " + pty.path()},
                               {.environment = {}, .output = "/dev/null"});
    EXPECT_EQ(look_until_held(link).holders.at(0).device, link);
}

TEST(PortHolders, AreNotProcessesWithANamesakeOfThePty) {
    const test::Pty pty;
    const test::ForeignPty other(pty.path());
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    EXPECT_THAT(look_at_processes(std::vector{pty.path()}).holders, IsEmpty());
}

TEST(PortHolders, IncludeAProcessThatProvidesANamesakeOfThePty) {
    const test::Pty pty;
    const test::ForeignPty other(pty.path(), test::ForeignPty::Opens::and_the_namesake);
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    const Processes seen = look_at_processes(std::vector{pty.path()});
    ASSERT_EQ(seen.holders.size(), 1U);
    EXPECT_EQ(seen.holders[0].pid, other.pid());
}

/// A simulated modem has both ends of its pty open, in a container of its own as well.
TEST(PortHolders, AreNotTheProcessThatProvidesThePty) {
    const test::Pty pty;
    const test::ForeignPty other(pty.path(), test::ForeignPty::Opens::both_ends);
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    const std::string seen_from_here = "/proc/" + std::to_string(other.pid()) + "/root" + pty.path();
    EXPECT_THAT(look_at_processes(std::vector{seen_from_here}).holders, IsEmpty());
}

TEST(PortHolders, AreFoundInAnotherContainer) {
    const test::Pty pty;
    const test::ForeignPty other(pty.path());
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    const std::string seen_from_here = "/proc/" + std::to_string(other.pid()) + "/root" + pty.path();
    const Processes seen = look_at_processes(std::vector{seen_from_here});
    ASSERT_EQ(seen.holders.size(), 1U);
    EXPECT_EQ(seen.holders[0].pid, other.pid());
}

TEST(PortHolders, AreEmptyIfTheNodeDoesNotExist) {
    EXPECT_THAT(look_at_processes(std::vector<std::string>{"/nonexistent/tty"}).holders, IsEmpty());
}

TEST(PortHolders, IgnoreFilesThatAreNotDevices) {
    const test::TemporaryDirectory folder;
    const std::string file = folder.write("file", "");
    const test::Process holder({"sh", "-c", "exec tail -f /dev/null < " + file},
                               {.environment = {}, .output = "/dev/null"});
    EXPECT_THAT(look_at_processes(std::vector{file}).holders, IsEmpty());
}

TEST(PortHolders, AreEmptyIfProcIsMissing) {
    EXPECT_EQ(look_at_processes(std::vector<std::string>{"/dev/null"}, "/nonexistent"), Processes{});
}

} // namespace
} // namespace bgs2::cli
