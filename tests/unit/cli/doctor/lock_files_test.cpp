// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/lock_files.h"
#include "tests/support/process.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace bgs2::cli {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

class LockFiles : public testing::Test {
  protected:
    [[nodiscard]] std::vector<LockFile> of(const std::string& device) const {
        return lock_files(std::vector{device}, folder_.path());
    }

    void write(const char* name, const std::string& text) const { (void)folder_.write(name, text); }

    /// A process that has ended, and was waited for.
    static pid_t ended_process() {
        test::Process process({"true"}, {.environment = {}, .output = "/dev/null"});
        const pid_t pid = process.pid();
        EXPECT_TRUE(process.wait(20s));
        return pid;
    }

    test::TemporaryDirectory folder_;
};

TEST_F(LockFiles, NameTheirProcessInText) {
    const std::string file = folder_.write("LCK..ttyS1", fmt::format("{:10}\n", ::getpid()));
    const auto found = of("/dev/ttyS1");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0], (LockFile{.device = "/dev/ttyS1", .file = file, .pid = ::getpid(), .running = true}));
}

TEST_F(LockFiles, NameTheirProcessInBinary) {
    const pid_t pid = ::getpid();
    write("LCK..ttyS1", std::string(reinterpret_cast<const char*>(&pid), sizeof pid)); // NOLINT
    EXPECT_EQ(of("/dev/ttyS1").at(0).pid, pid);
}

TEST_F(LockFiles, AreStaleIfTheirProcessHasEnded) {
    write("LCK..ttyS1", fmt::format("{:10}\n", ended_process()));
    EXPECT_FALSE(of("/dev/ttyS1").at(0).running);
}

TEST_F(LockFiles, AreStaleIfTheyNameNoProcess) {
    for (const auto* text : {"pppd\n", "         0\n", "-1\n"}) {
        write("LCK..ttyS1", text);
        const LockFile lock = of("/dev/ttyS1").at(0);
        EXPECT_EQ(lock.pid, 0) << text;
        EXPECT_FALSE(lock.running) << text;
    }
}

TEST_F(LockFiles, AreStaleIfTheyStayEmpty) {
    const std::string file = folder_.write("LCK..ttyS1", "");
    EXPECT_TRUE(of("/dev/ttyS1").at(0).running) << "its program is just writing it";
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - 1min);
    EXPECT_FALSE(of("/dev/ttyS1").at(0).running);
}

TEST_F(LockFiles, AreFoundThroughALinkToTheNode) {
    const test::Pty pty;
    const std::string link = folder_.path() / "modem";
    std::filesystem::create_symlink(pty.path(), link);
    const std::string number = std::filesystem::path(pty.path()).filename();
    write(("LCK..pts_" + number).c_str(), fmt::format("{:10}\n", ::getpid()));
    EXPECT_EQ(of(link).at(0).device, link);
}

TEST_F(LockFiles, AreFoundByTheLinksOfUdevToTheNode) {
    const std::filesystem::path link = fmt::format("/dev/bgs2-test-{}", ::getpid());
    const test::Pty pty;
    std::error_code error;
    std::filesystem::create_symlink(pty.path(), link, error);
    if (error)
        GTEST_SKIP() << "requires root, to make a link in /dev";
    const std::string file =
        folder_.write("LCK.." + link.filename().string(), fmt::format("{:10}\n", ::getpid()));
    const auto found = of(pty.path());
    std::filesystem::remove(link);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].file, file);
}

TEST_F(LockFiles, AreMissingForAFreePort) {
    write("LCK..ttyS10", fmt::format("{:10}\n", ::getpid()));
    EXPECT_THAT(of("/dev/ttyS1"), IsEmpty());
}

} // namespace
} // namespace bgs2::cli
