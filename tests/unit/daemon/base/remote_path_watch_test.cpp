// SPDX-License-Identifier: Apache-2.0
// PathWatch and files on a file system that hangs, and that changes without events.
#include "daemon/base/background.h"
#include "daemon/base/path_watch.h"
#include "tests/support/dead_directory.h"
#include "tests/support/temporary_directory.h"

#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <utility>
#include <vector>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;
using testing::ElementsAre;
using testing::IsEmpty;

class RemotePathWatchTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!remote_.mount_error().empty())
            GTEST_SKIP() << "no FUSE file system can be mounted: " << remote_.mount_error();
    }
    void TearDown() override {
        watch_->stop();
        background_.stop();
        loop_.restart();
        loop_.run_for(1s); // ends as soon as nothing is left to be done
    }

    /// Runs the loop until the condition is true; false: timeout.
    bool eventually(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        loop_.restart();
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            loop_.run_one_for(20ms);
        return condition();
    }
    /// The paths that were reported, once there are any.
    std::vector<path> reported() {
        (void)eventually([&] { return !reported_.empty(); });
        return std::exchange(reported_, {});
    }
    /// Watches a remote file that has just changed, and takes its first report.
    path watched_remote_file() {
        remote_.change_files();
        watch_->watch({on_remote("a.pem")});
        EXPECT_THAT(reported(), ElementsAre(on_remote("a.pem")));
        return on_remote("a.pem");
    }
    [[nodiscard]] std::size_t lines_with(std::string_view text) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(log_lines_, [&](const std::string& line) { return line.contains(text); }));
    }
    [[nodiscard]] path at(const char* name) const { return folder_.path() / name; }
    [[nodiscard]] path on_remote(const char* name) const { return remote_.path(name); }

    test::TemporaryDirectory folder_;
    test::DeadDirectory remote_{folder_.path() / "remote"};
    asio::io_context loop_;
    Background background_;
    std::vector<path> reported_;
    std::vector<std::string> log_lines_;
    Log log_{[this](LogLevel, std::string_view line, const LogFields&) { log_lines_.emplace_back(line); },
             LogLevel::debug};
    std::unique_ptr<PathWatch> watch_ = std::make_unique<PathWatch>(
        loop_.get_executor(), background_, PathWatch::Kind::files,
        PathWatch::Pace{.quiet = 20ms, .max_delay = 100ms, .abandoned = 1h, .poll = 200ms},
        [this](const auto& paths) { reported_.insert(reported_.end(), paths.begin(), paths.end()); }, log_);
};

TEST_F(RemotePathWatchTest, ReportsAFileThatHadJustChangedWhenItWasAdded) {
    (void)watched_remote_file();
}

TEST_F(RemotePathWatchTest, TakesTheFirstStateOfAnOldFileForKnown) {
    watch_->watch({on_remote("a.pem")});
    ASSERT_TRUE(eventually([&] { return remote_.answers() > 30; })) << "some examinations";
    EXPECT_THAT(reported_, IsEmpty());
    remote_.change_files();
    EXPECT_THAT(reported(), ElementsAre(on_remote("a.pem")));
}

TEST_F(RemotePathWatchTest, ReportsAFileThatChangesWithoutAnEvent) {
    const path file = watched_remote_file();
    for (int i = 0; i < 2; ++i) {
        remote_.change_files();
        EXPECT_THAT(reported(), ElementsAre(file));
    }
}

TEST_F(RemotePathWatchTest, ReportsAFileBehindALink) {
    std::filesystem::create_symlink("remote/a.pem", at("a.pem"));
    remote_.change_files();
    watch_->watch({at("a.pem")});
    EXPECT_THAT(reported(), ElementsAre(at("a.pem")));
    remote_.change_files();
    EXPECT_THAT(reported(), ElementsAre(at("a.pem")));
}

TEST_F(RemotePathWatchTest, NoticesThatALinkLeadsToALocalFileInstead) {
    std::filesystem::create_symlink("remote/a.pem", at("a.pem"));
    watch_->watch({at("a.pem")});
    ASSERT_TRUE(eventually([&] { return remote_.answers() > 15; })) << "some examinations";
    remote_.hang();
    (void)folder_.write("local.pem", "one");
    std::filesystem::create_symlink("local.pem", at("a.pem.new"));
    std::filesystem::rename(at("a.pem.new"), at("a.pem"));
    EXPECT_THAT(reported(), ElementsAre(at("a.pem")));
    (void)folder_.write("local.pem", "two, longer");
    EXPECT_THAT(reported(), ElementsAre(at("a.pem")));
}

TEST_F(RemotePathWatchTest, NoticesARemoteFileSystemThatIsMounted) {
    (void)folder_.write("mnt/a.pem", "one");
    watch_->watch({at("mnt/a.pem")});
    loop_.poll(); // begins to wait for mounts
    ASSERT_EQ(::mount(remote_.path("").c_str(), at("mnt").c_str(), nullptr, MS_BIND, nullptr), 0);
    EXPECT_THAT(reported(), ElementsAre(at("mnt/a.pem")));
    remote_.change_files();
    EXPECT_THAT(reported(), ElementsAre(at("mnt/a.pem")));
    ASSERT_EQ(::umount2(at("mnt").c_str(), MNT_DETACH), 0);
    EXPECT_THAT(reported(), ElementsAre(at("mnt/a.pem")));
    (void)folder_.write("mnt/a.pem", "two, longer");
    EXPECT_THAT(reported(), ElementsAre(at("mnt/a.pem")));
}

TEST_F(RemotePathWatchTest, NoticesALocalFileSystemThatIsMounted) {
    (void)folder_.write("mnt/a.pem", "one");
    watch_->watch({at("mnt/a.pem")});
    loop_.poll(); // begins to wait for mounts
    ASSERT_EQ(::mount("none", at("mnt").c_str(), "tmpfs", 0, nullptr), 0);
    EXPECT_THAT(reported(), ElementsAre(at("mnt/a.pem")));
    (void)folder_.write("mnt/a.pem", "two, longer");
    EXPECT_THAT(reported(), ElementsAre(at("mnt/a.pem")));
    EXPECT_EQ(::umount2(at("mnt").c_str(), MNT_DETACH), 0);
}

TEST_F(RemotePathWatchTest, NeverWaitsForAFileSystemThatHangs) {
    const path local = folder_.write("local.pem", "one");
    std::filesystem::create_symlink("remote/policy.d", at("link"));
    remote_.hang();
    const auto start = std::chrono::steady_clock::now();
    watch_->watch(
        {local, on_remote("a.pem"), remote_.path("."), at("link/../b.pem"), on_remote("sub/../c.pem")});
    ASSERT_TRUE(eventually([&] { return remote_.has_hanging_call(); }));
    watch_->acknowledge();
    (void)folder_.write("local.pem", "two, longer");
    EXPECT_THAT(reported(), ElementsAre(local));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(RemotePathWatchTest, LogsAFileSystemThatHangsOnceUntilItAnswersAgain) {
    const path file = watched_remote_file();
    remote_.hang();
    ASSERT_TRUE(eventually([&] { return lines_with("cannot examine the files on ") > 0; }));
    EXPECT_EQ(
        lines_with("no result after 200 ms, while examining " + file.native() +
                   " (check the network and the server of that file system); bgs2d tries again every 1 s"),
        1U)
        << testing::PrintToString(log_lines_);
    remote_.revive();
    EXPECT_THAT(reported(), ElementsAre(file)) << "its user may have failed to read it";
    EXPECT_EQ(lines_with("cannot examine"), 1U);
    EXPECT_EQ(lines_with("answers again"), 1U);
}

TEST_F(RemotePathWatchTest, TakesOneThreadForAllFilesOfAFileSystemThatHangs) {
    std::set<path> paths;
    for (int i = 0; i < 200; ++i)
        paths.insert(remote_.path(std::to_string(i)));
    remote_.hang();
    watch_->watch(paths);
    ASSERT_TRUE(eventually([&] { return lines_with("cannot examine") > 0; }));
    EXPECT_EQ(lines_with("operations hang"), 0U);
    remote_.revive();
    EXPECT_TRUE(eventually([&] { return reported_.size() == paths.size(); }));
}

TEST_F(RemotePathWatchTest, ForgetsAFileThatIsNoLongerWatched) {
    (void)watched_remote_file();
    watch_->watch({on_remote("b.pem")}); // which has just changed as well
    EXPECT_THAT(reported(), ElementsAre(on_remote("b.pem")));
    remote_.change_files();
    EXPECT_THAT(reported(), ElementsAre(on_remote("b.pem")));
}

TEST_F(RemotePathWatchTest, DoesNotReportAFileThatDoesNotExist) {
    remote_.change_files();
    watch_->watch({on_remote("a.pem/none"), on_remote("b.pem")});
    EXPECT_THAT(reported(), ElementsAre(on_remote("b.pem")));
}

TEST_F(RemotePathWatchTest, MayBeDestroyedWhileAnExaminationHangs) {
    remote_.hang();
    watch_->watch({on_remote("a.pem")});
    ASSERT_TRUE(eventually([&] { return remote_.has_hanging_call(); }));
    watch_->stop();
    watch_ = std::make_unique<PathWatch>(
        loop_.get_executor(), background_, PathWatch::Kind::files, PathWatch::renewal, [](const auto&) {},
        log_);
    remote_.revive();
    loop_.restart();
    loop_.run_for(100ms);
    EXPECT_THAT(reported_, IsEmpty());
}

} // namespace
} // namespace bgs2
