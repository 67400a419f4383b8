// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/error.h"
#include "daemon/port/port_holder.h"
#include "daemon/port/uucp_lock.h"
#include "tests/support/child.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

PortInfo port_at(const std::string& device, std::vector<std::string> links = {}) {
    return {.device = device, .links = std::move(links), .properties = {}};
}

std::string ascii(pid_t process) {
    return fmt::format("{:10}\n", process);
}

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> files_in(const fs::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

class UucpLockTest : public testing::Test {
  protected:
    [[nodiscard]] const fs::path& locks() const { return directory_.path(); }
    [[nodiscard]] fs::path lock(std::string_view text) const { return directory_.write("LCK..ttyX1", text); }

    Error error_of_locking(const PortInfo& port) const {
        try {
            const UucpLock lock(port, locks());
        } catch (const Exception& e) {
            return e.error();
        }
        return {};
    }

    const PortInfo port_ = port_at("/dev/ttyX1");

  private:
    test::TemporaryDirectory directory_;
};

/// A process that waits for its end.
class WaitingChild : public test::Child {
  public:
    WaitingChild()
      : Child([](const auto& ready) {
          ready();
          wait_for_signal();
          return 0;
      }) {}
};

TEST_F(UucpLockTest, IsNamedAfterThePathsByWhichProgramsKnowThePort) {
    EXPECT_THAT(uucp_lock_names(port_), ElementsAre("LCK..ttyX1"));
    EXPECT_THAT(uucp_lock_names(port_at("/dev/pts/x")), ElementsAre("LCK..pts_x", "LCK..x"));
    EXPECT_THAT(uucp_lock_names(port_at("/dev/ttyX1", {"/dev/serial/by-id/modem"})),
                ElementsAre("LCK..ttyX1", "LCK..serial_by-id_modem", "LCK..modem"));
}

TEST_F(UucpLockTest, IsNamedAfterTheNodeOfALinkToo) {
    const test::Pty pty;
    const fs::path link = locks() / "gsm";
    fs::create_symlink(pty.path(), link);
    const std::string number = fs::path(pty.path()).filename();
    EXPECT_THAT(uucp_lock_names(port_at(link)), ElementsAre("LCK..pts_" + number, "LCK.." + number))
        << "a link elsewhere, which another port could have as well";
}

TEST_F(UucpLockTest, NamesTheOwnerInAsciiAndInBinary) {
    const pid_t self = ::getpid();
    std::string binary(sizeof self, '\0');
    std::memcpy(binary.data(), &self, sizeof self);
    for (const std::string& text :
         {ascii(self), fmt::format("{}", self), fmt::format("{} minicom root\n", self),
          fmt::format("{:010}\n", self), binary})
        EXPECT_EQ(uucp_lock_owner(lock(text)), self) << text;
}

TEST_F(UucpLockTest, HasNoOwnerIfItNamesNoProcess) {
    for (const std::string& text :
         {std::string(), std::string("0\n"), std::string("-1\n"), std::string("a text\n"),
          std::string("99999999999999\n"), ascii(0x7fffffff), std::string("\1\0\0", 3), std::string(4, '\0'),
          std::string(4, '\xff')})
        EXPECT_EQ(uucp_lock_owner(lock(text)), std::nullopt) << testing::PrintToString(text);
    EXPECT_EQ(uucp_lock_owner(locks() / "LCK..missing"), std::nullopt);
}

TEST_F(UucpLockTest, HasNoOwnerIfTheProcessIsAZombie) {
    const WaitingChild child;
    const fs::path file = lock(ascii(child.pid()));
    EXPECT_EQ(uucp_lock_owner(file), child.pid());
    child.kill();
    EXPECT_EQ(::kill(child.pid(), 0), 0) << "its pid is not gone";
    EXPECT_EQ(uucp_lock_owner(file), std::nullopt);
}

TEST_F(UucpLockTest, IsNotReadFromAnythingButAFile) {
    const fs::path file = locks() / "LCK..ttyX1";
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0); // whose opening would block
    EXPECT_EQ(uucp_lock_owner(file), std::nullopt);
    fs::remove(file);
    const test::TemporaryDirectory other;
    fs::create_symlink(other.write("pid", ascii(::getpid())), file);
    EXPECT_EQ(uucp_lock_owner(file), std::nullopt);
}

TEST_F(UucpLockTest, HasThePidOfThisProcessUntilItIsDestroyed) {
    std::optional<UucpLock> held(std::in_place, port_at("/dev/ttyX1", {"/dev/gsm"}), locks());
    EXPECT_THAT(files_in(locks()), ElementsAre("LCK..gsm", "LCK..ttyX1"));
    EXPECT_EQ(text_of(locks() / "LCK..ttyX1"), ascii(::getpid()));
    EXPECT_EQ(fs::status(locks() / "LCK..ttyX1").permissions(), fs::perms(0644)) << "others read it";
    held.reset();
    EXPECT_THAT(files_in(locks()), IsEmpty());
}

TEST_F(UucpLockTest, IsRefusedWhileAProcessHasIt) {
    const WaitingChild child;
    const fs::path file = lock(ascii(child.pid()));
    const Error error = error_of_locking(port_at("/dev/gsm", {"/dev/ttyX1"}));
    EXPECT_EQ(error.code, ErrorCode::port_claimed);
    EXPECT_THAT(error.what, HasSubstr(fmt::format("({}) has {}", child.pid(), file.string())));
    EXPECT_THAT(files_in(locks()), ElementsAre("LCK..ttyX1")) << "the lock of the other name is released";
    EXPECT_EQ(text_of(file), ascii(child.pid()));
}

TEST_F(UucpLockTest, ReplacesTheLockOfAProcessThatHasEnded) {
    const WaitingChild child;
    child.kill();
    for (const std::string& stale : {ascii(child.pid()), ascii(::getpid()), std::string("a text")}) {
        const fs::path file = lock(stale);
        const UucpLock held(port_, locks());
        EXPECT_EQ(text_of(file), ascii(::getpid()));
        EXPECT_THAT(files_in(locks()), ElementsAre("LCK..ttyX1"));
    }
    EXPECT_THAT(files_in(locks()), IsEmpty());
}

TEST_F(UucpLockTest, IsRefusedWhileAnotherProgramCreatesIt) {
    const fs::path file = lock("");
    EXPECT_EQ(error_of_locking(port_).code, ErrorCode::port_claimed);
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(1));
    EXPECT_EQ(error_of_locking(port_), Error{}) << "that program was killed";
}

TEST_F(UucpLockTest, LeavesALockThatAnotherProgramHasTakenOver) {
    const WaitingChild child;
    {
        const UucpLock held(port_, locks());
        fs::remove(locks() / "LCK..ttyX1");
        static_cast<void>(lock(ascii(child.pid())));
    }
    EXPECT_EQ(text_of(locks() / "LCK..ttyX1"), ascii(child.pid()));
}

TEST_F(UucpLockTest, IsNotRequiredWithoutALockDirectory) {
    EXPECT_NO_THROW(UucpLock(port_, locks() / "missing"));
}

/// The user of the service, in a directory such as /run/lock.
class StickyLockTest : public UucpLockTest {
  protected:
    static constexpr uid_t nobody = 65534;

    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "requires root, to become another user";
        fs::permissions(locks(), fs::perms(01777));
    }

    /// The result of `work` as another user.
    static int as_nobody(const std::function<bool()>& work) {
        const test::Child child([&](const auto&) {
            return ::setresgid(nobody, nobody, nobody) == 0 && ::setresuid(nobody, nobody, nobody) == 0 &&
                           work()
                       ? 0
                       : 1;
        });
        siginfo_t end{};
        ::waitid(P_PID, static_cast<id_t>(child.pid()), &end, WEXITED | WNOWAIT);
        return end.si_status;
    }
};

TEST_F(StickyLockTest, IsTakenByAnotherUser) {
    EXPECT_EQ(as_nobody([&] {
                  const UucpLock held(port_, locks());
                  return uucp_lock_owner(locks() / "LCK..ttyX1") == ::getpid();
              }),
              0);
    EXPECT_THAT(files_in(locks()), IsEmpty());
}

TEST_F(StickyLockTest, GoesOnIfAStaleLockOfRootCannotBeRemoved) {
    const fs::path file = lock(ascii(0x7fffffff));
    fs::permissions(file, fs::perms(0644));
    EXPECT_EQ(as_nobody([&] {
                  const UucpLock held(port_, locks());
                  return true;
              }),
              0);
    EXPECT_EQ(text_of(file), ascii(0x7fffffff));
}

TEST_F(StickyLockTest, IsRefusedIfItsDirectoryCannotBeWritten) {
    const WaitingChild child;
    fs::permissions(lock(ascii(child.pid())), fs::perms(0644));
    fs::permissions(locks(), fs::perms(0755));
    EXPECT_EQ(as_nobody([&] { return error_of_locking(port_).code == ErrorCode::port_claimed; }), 0);
}

} // namespace
} // namespace bgs2
