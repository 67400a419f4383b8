// SPDX-License-Identifier: Apache-2.0
#include "systemd/journal.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace bgs2::systemd {
namespace {

/// Standard error is a pipe here.
class JournalTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK), 0); }
    void TearDown() override {
        unsetenv("JOURNAL_STREAM");
        for (const int end : pipe_)
            close(end);
    }

    [[nodiscard]] int descriptor() const { return pipe_[1]; }

    [[nodiscard]] std::string written() const {
        std::array<char, 4096> buffer{};
        const auto size = read(pipe_[0], buffer.data(), buffer.size());
        return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

    /// As the service manager does where that pipe leads to the journal; `off_by` others make it lead
    /// elsewhere.
    void announce_stream(unsigned off_by = 0) const {
        struct stat there{};
        ASSERT_EQ(fstat(descriptor(), &there), 0);
        setenv("JOURNAL_STREAM",
               (std::to_string(there.st_dev) + ":" + std::to_string(there.st_ino + off_by)).c_str(), 1);
    }

  private:
    std::array<int, 2> pipe_{};
};

TEST_F(JournalTest, WritesOneReadableLine) {
    const Journal journal(descriptor());
    const std::array fields{Field{"BGS2_IMEI", "356938035643809"}};
    journal.write(LogLevel::warning, "ttyUSB0 does not answer", fields);
    EXPECT_EQ(written(), "bgs2d: warning: ttyUSB0 does not answer\n");
}

TEST_F(JournalTest, NamesEveryPriority) {
    const Journal journal(descriptor());
    for (const auto priority :
         {LogLevel::error, LogLevel::warning, LogLevel::notice, LogLevel::info, LogLevel::debug})
        journal.write(priority, "x");
    EXPECT_EQ(written(),
              "bgs2d: error: x\nbgs2d: warning: x\nbgs2d: notice: x\nbgs2d: info: x\nbgs2d: debug: x\n");
}

TEST_F(JournalTest, EscapesControlCharacters) {
    Journal(descriptor()).write(LogLevel::info, "said \"OK\r\nbgs2d: error: \x1b[31m\x7f\"");
    EXPECT_EQ(written(), "bgs2d: info: said \"OK\\x0d\\x0abgs2d: error: \\x1b[31m\\x7f\"\n");
}

TEST_F(JournalTest, KeepsNonAsciiLetters) {
    Journal(descriptor()).write(LogLevel::info, "Gerät");
    EXPECT_EQ(written(), "bgs2d: info: Gerät\n");
}

TEST_F(JournalTest, IgnoresTheJournalStreamOfAParent) {
    announce_stream(1);
    Journal(descriptor()).write(LogLevel::info, "ready");
    EXPECT_EQ(written(), "bgs2d: info: ready\n");
}

TEST_F(JournalTest, IgnoresAnInvalidJournalStream) {
    for (const auto* stream : {"", ":", "1", "1:", "a:b", "1:2:3", "99999999999999999999999:1"}) {
        setenv("JOURNAL_STREAM", stream, 1);
        Journal(descriptor()).write(LogLevel::info, "ready");
        EXPECT_EQ(written(), "bgs2d: info: ready\n") << stream;
    }
}

/// A /run of our own, in which there is no journal, or one that this test plays.
class NativeJournal : public JournalTest {
  protected:
    void SetUp() override {
        JournalTest::SetUp();
        if (unshare(CLONE_NEWNS) != 0)
            GTEST_SKIP() << "no mount namespace of one's own here: " << strerror(errno);
        ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0) << strerror(errno);
        ASSERT_EQ(mount("run", "/run", "tmpfs", 0, nullptr), 0) << strerror(errno);
        announce_stream();
    }
};

TEST_F(NativeJournal, FallsBackToTheStreamIfTheSocketIsUnavailable) {
    Journal(descriptor()).write(LogLevel::error, "can not open ttyUSB0");
    EXPECT_EQ(written(), "<3>can not open ttyUSB0\n");
}

TEST_F(NativeJournal, SendsPriorityIdentifierAndFields) {
    ASSERT_EQ(mkdir("/run/systemd", 0755), 0);
    ASSERT_EQ(mkdir("/run/systemd/journal", 0755), 0);
    const int journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(journald, 0) << strerror(errno);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string("/run/systemd/journal/socket")
        .copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    ASSERT_EQ(bind(journald, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
        << strerror(errno);

    const std::array fields{Field{"BGS2_IMEI", "356938035643809"}, Field{"BGS2_JOB", "7"}};
    Journal(descriptor()).write(LogLevel::notice, "slot 0 written", fields);
    std::array<char, 4096> buffer{};
    const auto size = recv(journald, buffer.data(), buffer.size(), MSG_DONTWAIT);
    close(journald);
    ASSERT_GT(size, 0) << strerror(errno);
    EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(size)),
              "MESSAGE=slot 0 "
              "written\nPRIORITY=5\nSYSLOG_IDENTIFIER=bgs2d\nBGS2_IMEI=356938035643809\nBGS2_JOB=7\n");
    EXPECT_EQ(written(), "");
}

} // namespace
} // namespace bgs2::systemd
