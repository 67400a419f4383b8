// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/port_holder.h"
#include "daemon/port/release_watch.h"
#include "tests/support/child.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <asio/io_context.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/file.h>
#include <unistd.h>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;

class ReleaseWatchTest : public testing::Test {
  protected:
    ReleaseWatchTest() { watch(); }

    void watch() {
        watch_ = std::make_unique<ReleaseWatch>(loop_.get_executor(), port_, locks_.path(), [this] {
            ++reports_;
            if (on_report_)
                on_report_();
        });
    }

    /// Runs the loop until the condition holds, at most ten seconds.
    bool until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        loop_.restart();
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            loop_.run_one_until(std::min(deadline, std::chrono::steady_clock::now() + 10ms));
        return condition();
    }
    bool reported() {
        return until([this, before = reports_] { return reports_ > before; });
    }
    /// Whether nothing is reported in the time in which it would be.
    bool stays_silent() {
        const int before = reports_;
        loop_.restart();
        loop_.run_for(1200ms);
        return reports_ == before;
    }
    void open_and_close() const { ::close(test::Child::open_tty(pty_.path())); }

    asio::io_context loop_;
    test::Pty pty_;
    test::TemporaryDirectory locks_;
    PortInfo port_{.device = pty_.path(), .links = {}, .properties = {}};
    std::unique_ptr<ReleaseWatch> watch_;
    int reports_ = 0;
    std::function<void()> on_report_;
};

TEST_F(ReleaseWatchTest, ReportsThatTheNodeIsClosed) {
    EXPECT_TRUE(watch_->active());
    const int other_program = test::Child::open_tty(pty_.path());
    EXPECT_TRUE(stays_silent());
    ::close(other_program);
    EXPECT_TRUE(reported());
}

TEST_F(ReleaseWatchTest, ReportsUntilTheLockIsReleasedThatAClosedNodeHad) {
    const test::Child other([this](const auto& ready) {
        ::flock(test::Child::open_tty(pty_.path()), LOCK_EX);
        ready();
        test::Child::wait_for_signal();
        return 0;
    });
    ASSERT_EQ(find_holder(port_, locks_.path()).value_or(PortHolder()).pid, other.pid());
    bool released = false;
    on_report_ = [&] { released = released || !find_holder(port_, locks_.path()); };
    other.kill();
    EXPECT_TRUE(until([&] { return released; }));
}

TEST_F(ReleaseWatchTest, ReportsTheNodeBehindALink) {
    port_.device = locks_.path() / "gsm";
    std::filesystem::create_symlink(pty_.path(), port_.device);
    watch();
    open_and_close();
    EXPECT_TRUE(reported());
}

TEST_F(ReleaseWatchTest, ReportsThatTheLockFileIsRemovedOrMoved) {
    const std::string number = std::filesystem::path(pty_.path()).filename();
    const auto file = locks_.path() / ("LCK..pts_" + number);
    for (const bool moved : {false, true}) {
        static_cast<void>(locks_.write(file.filename().string(), "1\n"));
        ASSERT_TRUE(reported()) << "a pid was written";
        loop_.run_for(1200ms);
        if (moved)
            std::filesystem::rename(file, locks_.path() / "aside");
        else
            std::filesystem::remove(file);
        EXPECT_TRUE(reported());
        loop_.run_for(1200ms);
    }
    static_cast<void>(locks_.write("LCK..ttyOther", "1\n"));
    EXPECT_TRUE(stays_silent()) << "the lock of another port";
}

TEST_F(ReleaseWatchTest, ReportsTheEndOfAProcessThatIsStillAZombie) {
    const test::Child other([](const auto& ready) {
        ready();
        test::Child::wait_for_signal();
        return 0;
    });
    watch_->follow(other.pid());
    EXPECT_TRUE(stays_silent());
    other.kill();
    EXPECT_TRUE(reported());
}

TEST_F(ReleaseWatchTest, ReportsAProcessThatHasEndedAlready) {
    watch_->follow(0x7fffffff);
    EXPECT_TRUE(reported());
}

TEST_F(ReleaseWatchTest, FollowsOneProcess) {
    const auto wait = [](const auto& ready) {
        ready();
        test::Child::wait_for_signal();
        return 0;
    };
    const test::Child first(wait);
    const test::Child second(wait);
    watch_->follow(first.pid());
    watch_->follow(second.pid());
    first.kill();
    EXPECT_TRUE(stays_silent());
    second.kill();
    EXPECT_TRUE(reported());
}

TEST_F(ReleaseWatchTest, DoesNotRunInALoopWithAClaimThatFailsAgainAndAgain) {
    on_report_ = [this] {
        open_and_close();
        watch_->ignore_own_closing();
    };
    open_and_close();
    watch_->ignore_own_closing();
    EXPECT_TRUE(reported()) << "another program may have closed it at the same moment";
    EXPECT_TRUE(stays_silent());
    open_and_close(); // another program
    EXPECT_TRUE(reported());
    loop_.run_for(1200ms);
    EXPECT_TRUE(stays_silent());
    EXPECT_LE(reports_, 5);
}

TEST_F(ReleaseWatchTest, ReportsNothingAfterItsEndWhichTheReportCauses) {
    on_report_ = [this] { watch_.reset(); };
    open_and_close();
    EXPECT_TRUE(reported());
    EXPECT_TRUE(stays_silent());
    EXPECT_EQ(reports_, 1);
}

TEST_F(ReleaseWatchTest, WatchesTheNodeWithoutALockDirectory) {
    watch_ = std::make_unique<ReleaseWatch>(loop_.get_executor(), port_, "/missing/directory",
                                            [this] { ++reports_; });
    EXPECT_TRUE(watch_->active());
    open_and_close();
    EXPECT_TRUE(reported());
}

TEST_F(ReleaseWatchTest, IsInactiveIfTheNodeDoesNotExist) {
    port_.device = "/dev/missing";
    watch();
    EXPECT_FALSE(watch_->active());
}

} // namespace
} // namespace bgs2
