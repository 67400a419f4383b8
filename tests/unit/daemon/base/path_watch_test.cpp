// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/path_watch.h"
#include "tests/support/temporary_directory.h"

#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class PathWatchTest : public testing::Test {
  protected:
    void TearDown() override {
        watch_.stop();
        loop_.restart();
        loop_.run_for(1s); // ends as soon as nothing is left to be done
    }

    path file(const char* name, const char* text) { return folder_.write(name, text); }
    [[nodiscard]] path at(const char* name) const { return folder_.path() / name; }

    /// The paths that were reported, once there are any.
    std::vector<path> reported() {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        loop_.restart();
        while (reported_.empty() && std::chrono::steady_clock::now() < deadline)
            loop_.run_one_for(100ms);
        return std::exchange(reported_, {});
    }

    /// The paths that were reported before a change of this other watched file.
    std::vector<path> reported_until_marker_changes() {
        std::vector<path> all;
        (void)folder_.write("marker", "changed");
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        loop_.restart();
        while (std::ranges::find(reported_, at("marker")) == reported_.end() &&
               std::chrono::steady_clock::now() < deadline)
            loop_.run_one_for(100ms);
        std::erase(reported_, at("marker"));
        return std::exchange(reported_, {});
    }

    test::TemporaryDirectory folder_;
    asio::io_context loop_;
    Background background_;
    std::vector<path> reported_;
    std::vector<std::string> log_lines_;
    Log log_{[this](LogLevel, std::string_view line, const LogFields&) { log_lines_.emplace_back(line); },
             LogLevel::debug};
    PathWatch watch_{
        loop_.get_executor(),
        background_,
        PathWatch::Kind::files,
        {.quiet = 20ms, .max_delay = 100ms, .abandoned = 1h, .poll = 300ms},
        [this](const auto& paths) { reported_.insert(reported_.end(), paths.begin(), paths.end()); },
        log_,
        [](std::string_view name) { return name.ends_with(".toml"); }};
};

/// Programs that write slowly.
class PathWatchWrites : public PathWatchTest {
  protected:
    /// Opens the file for writing, writes `text` and leaves it open.
    [[nodiscard]] std::ofstream begin(const char* name, std::string_view text) const {
        std::ofstream stream(at(name), std::ios::trunc);
        stream << text << std::flush;
        EXPECT_TRUE(stream);
        return stream;
    }

    /// The paths that were reported before a slower watch has reported a change: by then, all that watch_ has
    /// to report is reported.
    std::vector<path> reported_meanwhile() {
        bool slower_has_reported = false;
        PathWatch slower(
            loop_.get_executor(), background_, PathWatch::Kind::files,
            {.quiet = 300ms, .max_delay = 300ms, .abandoned = 1h, .poll = 1h},
            [&](const auto&) { slower_has_reported = true; }, log_);
        slower.watch({at("slow")});
        file("slow", "changed");
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        loop_.restart();
        while (!slower_has_reported && std::chrono::steady_clock::now() < deadline)
            loop_.run_one_for(100ms);
        slower.stop();
        EXPECT_TRUE(slower_has_reported);
        loop_.restart();
        loop_.poll(); // the end of `slower`
        return std::exchange(reported_, {});
    }
};

TEST_F(PathWatchWrites, AreNotReportedUntilTheFileIsClosed) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched});
    std::ofstream stream = begin("a.pem", "first half");
    EXPECT_THAT(reported_meanwhile(), IsEmpty());
    stream << ", second half" << std::flush;
    EXPECT_THAT(reported_meanwhile(), IsEmpty());
    stream.close();
    EXPECT_THAT(reported(), ElementsAre(watched));
}

TEST_F(PathWatchWrites, DelayTheReportOfOtherFiles) {
    const path certificate = file("a.pem", "one");
    const path key = file("a.key", "one");
    watch_.watch({certificate, key});
    std::ofstream stream = begin("a.key", "half");
    std::filesystem::rename(file("a.pem.new", "two"), certificate);
    EXPECT_THAT(reported_meanwhile(), IsEmpty());
    stream.close();
    EXPECT_THAT(reported(), UnorderedElementsAre(certificate, key));
}

TEST_F(PathWatchWrites, ToANewFileInADirectoryAreNotReportedUntilItIsClosed) {
    file("policy.d/10-a.toml", "one");
    watch_.watch({at("policy.d")});
    std::ofstream stream = begin("policy.d/20-b.toml", "");
    EXPECT_THAT(reported_meanwhile(), IsEmpty());
    stream << "half" << std::flush;
    EXPECT_THAT(reported_meanwhile(), IsEmpty());
    stream.close();
    EXPECT_THAT(reported(), ElementsAre(at("policy.d")));
}

TEST_F(PathWatchWrites, ToAnIrrelevantFileInADirectoryDelayNothing) {
    const path policy = file("policy.d/10-a.toml", "one");
    watch_.watch({at("policy.d"), policy});
    const std::ofstream swap = begin("policy.d/.10-a.toml.swp", "edited");
    file("policy.d/10-a.toml", "two, longer");
    EXPECT_THAT(reported(), testing::Contains(policy));
}

TEST_F(PathWatchWrites, ThatTheirWriterAbandonsAreReported) {
    std::vector<path> abandoned;
    PathWatch impatient(
        loop_.get_executor(), background_, PathWatch::Kind::files,
        {.quiet = 20ms, .max_delay = 100ms, .abandoned = 150ms, .poll = 1h},
        [&](const auto& paths) { abandoned = paths; }, log_);
    const path watched = file("a.pem", "one");
    impatient.watch({watched});
    const std::ofstream stream = begin("a.pem", "half");
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (abandoned.empty() && std::chrono::steady_clock::now() < deadline)
        loop_.run_one_for(100ms);
    EXPECT_THAT(abandoned, ElementsAre(watched));
    impatient.stop();
    loop_.restart();
    loop_.poll();
}

TEST_F(PathWatchWrites, EndWhenAnotherFileIsRenamedIntoPlace) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched});
    const std::ofstream stream = begin("a.pem", "half");
    std::filesystem::rename(file("a.pem.new", "two"), watched);
    EXPECT_THAT(reported(), ElementsAre(watched));
}

TEST_F(PathWatchWrites, DoNotDelayTheReportOfAFileThatWasLinkedIntoPlace) {
    watch_.watch({at("a.pem")});
    std::filesystem::create_hard_link(file("a.pem.new", "two"), at("a.pem"));
    EXPECT_THAT(reported(), ElementsAre(at("a.pem")));
}

TEST_F(PathWatchTest, ReportsAFileWrittenInPlace) {
    const path watched = file("a.pem", "one");
    EXPECT_THAT(watch_.watch({watched}), ElementsAre(watched));
    file("a.pem", "two, longer");
    EXPECT_THAT(reported(), ElementsAre(watched));
}

TEST_F(PathWatchTest, ReportsAFileRenamedIntoPlace) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched});
    std::filesystem::rename(file("a.pem.new", "two"), watched);
    EXPECT_THAT(reported(), ElementsAre(watched));
}

TEST_F(PathWatchTest, ReportsAFileCreatedInANewDirectory) {
    watch_.watch({at("live/gateway/cert.pem")});
    file("live/gateway/cert.pem", "one");
    EXPECT_THAT(reported(), ElementsAre(at("live/gateway/cert.pem")));
}

TEST_F(PathWatchTest, ReportsARemovedFile) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched});
    std::filesystem::remove(watched);
    EXPECT_THAT(reported(), ElementsAre(watched));
}

TEST_F(PathWatchTest, ReportsASwappedSymbolicLinkInThePath) {
    // As a Kubernetes secret is mounted: tls.crt -> ..data/tls.crt, ..data -> ..2026_1
    file("..2026_1/tls.crt", "one");
    file("..2026_2/tls.crt", "two");
    std::filesystem::create_symlink("..2026_1", at("..data"));
    std::filesystem::create_symlink("..data/tls.crt", at("tls.crt"));
    watch_.watch({at("tls.crt")});
    std::filesystem::create_symlink("..2026_2", at("..data_tmp"));
    std::filesystem::rename(at("..data_tmp"), at("..data"));
    EXPECT_THAT(reported(), ElementsAre(at("tls.crt")));
}

TEST_F(PathWatchTest, ReportsAChangedLinkTargetInAnotherDirectory) {
    file("archive/cert1.pem", "one");
    std::filesystem::create_directory(at("live"));
    std::filesystem::create_symlink("../archive/cert1.pem", at("live/cert.pem"));
    watch_.watch({at("live/cert.pem")});
    file("archive/cert1.pem", "two, longer");
    EXPECT_THAT(reported(), ElementsAre(at("live/cert.pem")));
}

TEST_F(PathWatchTest, ReportsAReplacedDirectoryInThePath) {
    file("certs/a.pem", "one");
    file("certs.new/a.pem", "two");
    watch_.watch({at("certs/a.pem")});
    std::filesystem::rename(at("certs"), at("certs.old"));
    std::filesystem::rename(at("certs.new"), at("certs"));
    EXPECT_THAT(reported(), ElementsAre(at("certs/a.pem")));
}

TEST_F(PathWatchTest, ReportsAFileThatBecomesReadable) {
    const path watched = file("a.key", "one");
    std::filesystem::permissions(watched, std::filesystem::perms::none);
    watch_.watch({watched});
    std::filesystem::permissions(watched, std::filesystem::perms::owner_read);
    EXPECT_THAT(reported(), ElementsAre(watched));
}

TEST_F(PathWatchTest, ReportsAllFilesOfOneRenewalTogether) {
    const path certificate = file("a.pem", "one");
    const path key = file("a.key", "one");
    watch_.watch({certificate, key});
    std::filesystem::rename(file("a.pem.new", "two"), certificate);
    std::filesystem::rename(file("a.key.new", "two"), key);
    EXPECT_THAT(reported(), UnorderedElementsAre(certificate, key));
}

TEST_F(PathWatchTest, IgnoresOtherFilesInTheDirectory) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched, at("marker")});
    file("b.pem", "two");
    EXPECT_THAT(reported_until_marker_changes(), IsEmpty());
}

TEST_F(PathWatchTest, IgnoresAFileThatIsNoLongerWatched) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched});
    EXPECT_THAT(watch_.watch({at("marker")}), ElementsAre(at("marker")));
    file("a.pem", "two, longer");
    EXPECT_THAT(reported_until_marker_changes(), IsEmpty());
}

TEST_F(PathWatchTest, ReportsADirectoryWhenFilesAreAddedOrRemoved) {
    const path first = file("policy.d/10-a.toml", "one");
    watch_.watch({at("policy.d")});
    file("policy.d/20-b.toml", "two");
    EXPECT_THAT(reported(), ElementsAre(at("policy.d")));
    std::filesystem::remove(first);
    EXPECT_THAT(reported(), ElementsAre(at("policy.d")));
}

TEST_F(PathWatchTest, ReportsANewDirectory) {
    watch_.watch({at("policy.d")});
    file("policy.d/10-a.toml", "one");
    EXPECT_THAT(reported(), ElementsAre(at("policy.d")));
}

TEST_F(PathWatchTest, DoesNotReportAnAcknowledgedChange) {
    const path watched = file("a.pem", "one");
    watch_.watch({watched, at("marker")});
    file("a.pem", "two, longer");
    watch_.acknowledge();
    EXPECT_THAT(reported_until_marker_changes(), IsEmpty());
}

TEST_F(PathWatchTest, ReturnsOnlyNewlyWatchedPaths) {
    watch_.watch({at("a")});
    EXPECT_THAT(watch_.watch({at("a"), at("b")}), ElementsAre(at("b")));
}

TEST_F(PathWatchTest, ToleratesSymbolicLinkLoops) {
    std::filesystem::create_symlink("loop", at("loop"));
    watch_.watch({at("loop"), at("loop/a.pem"), at("marker")});
    EXPECT_THAT(reported_until_marker_changes(), IsEmpty());
}

/// A directory that its owner alone may list, watched by another user.
class PathWatchUnlisted : public PathWatchTest {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "requires root, to become another user";
        std::filesystem::permissions(folder_.path(), std::filesystem::perms(0711));
        std::filesystem::create_directory(at("certs"));
        std::filesystem::permissions(at("certs"), std::filesystem::perms(0711));
    }
    void TearDown() override {
        become(0);
        PathWatchTest::TearDown();
    }

    /// The effective user from now on.
    static void become(uid_t user) {
        if (::geteuid() != user && ::seteuid(user) != 0)
            throw std::runtime_error("cannot change the user");
    }

    /// Makes a change as root, and returns what the other user's watch reports then.
    template<class Change>
    std::vector<path> reported_after(const Change& change) {
        become(0);
        change();
        become(65534);
        return reported();
    }

    void write(const char* name, const char* text) {
        std::filesystem::permissions(file(name, text), std::filesystem::perms(0644));
    }
    void watch(const std::set<path>& paths) {
        become(65534);
        watch_.watch(paths);
    }
};

TEST_F(PathWatchUnlisted, ReportsAFileWrittenInPlace) {
    write("certs/a.pem", "one");
    watch({at("certs/a.pem")});
    EXPECT_THAT(reported_after([&] { write("certs/a.pem", "two, longer"); }), ElementsAre(at("certs/a.pem")));
}

TEST_F(PathWatchUnlisted, ReportsAFileRenamedIntoPlaceAgainAndAgain) {
    write("certs/a.pem", "one");
    watch({at("certs/a.pem")});
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(reported_after([&] {
                        write("certs/a.pem.new", "two");
                        std::filesystem::rename(at("certs/a.pem.new"), at("certs/a.pem"));
                    }),
                    ElementsAre(at("certs/a.pem")));
}

TEST_F(PathWatchUnlisted, ReportsAFileThatDidNotExist) {
    watch({at("certs/a.pem")});
    EXPECT_THAT(reported_after([&] { write("certs/a.pem", "one"); }), ElementsAre(at("certs/a.pem")));
    EXPECT_THAT(reported_after([&] { std::filesystem::remove(at("certs/a.pem")); }),
                ElementsAre(at("certs/a.pem")));
}

TEST_F(PathWatchUnlisted, IsNamedInTheLogOnce) {
    write("certs/a.pem", "one");
    watch({at("certs/a.pem")});
    (void)reported_after([&] { write("certs/a.pem", "two, longer"); });
    std::erase_if(log_lines_, [&](const std::string& line) { return !line.contains(at("certs").native()); });
    EXPECT_THAT(
        log_lines_,
        ElementsAre("cannot watch " + at("certs").native() +
                    ": Permission denied (allow the user bgs2d to list the directory); changes of the "
                    "files in it are noticed within 1 s"));
}

TEST_F(PathWatchUnlisted, IsWatchedAsSoonAsItCanBeListed) {
    watch({at("certs/a.pem")});
    EXPECT_THAT(reported_after([&] {
                    std::filesystem::permissions(at("certs"), std::filesystem::perms(0755));
                    write("certs/a.pem", "one");
                }),
                ElementsAre(at("certs/a.pem")));
    EXPECT_THAT(reported_after([&] { write("certs/a.pem", "two, longer"); }), ElementsAre(at("certs/a.pem")));
}

} // namespace
} // namespace bgs2
