// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/immovable.h"
#include "daemon/history/recorder.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/daemon/history/entries.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <sched.h>
#include <sys/mount.h>
#include <thread>

namespace bgs2::history {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HistoryRecorder : public testing::Test {
  protected:
    ~HistoryRecorder() override {
        if (recorder_)
            recorder_->finish(1h); // its directory is removed next
    }

    Recorder& begin(const std::filesystem::path& file, Limits limits = {},
                    std::chrono::milliseconds query_deadline = 1h) {
        recorder_.emplace(lines_.log(), file, [this] { ++changes_; }, query_deadline);
        recorder_->set_limits(limits);
        return *recorder_;
    }

    /// A recorder whose thread hangs until release(), in the log: its file is not a database.
    Recorder& begin_hanging(std::chrono::milliseconds query_deadline) {
        std::ofstream(file()) << "this is not a database";
        const auto sink = [this, released = gate_.get_future().share(),
                           inner = lines_.log()](LogLevel level, std::string_view message, const LogFields&) {
            if (message.starts_with("cannot use the history"))
                released.wait();
            level == LogLevel::warning ? inner.warning("{}", message) : inner.error("{}", message);
        };
        recorder_.emplace(Log(sink, LogLevel::info), file(), nullptr, query_deadline);
        recorder_->set_limits({});
        return *recorder_;
    }
    void release() { gate_.set_value(); }

    [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "history.db"; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

    /// Completes in a loop of its own, so after all that was recorded.
    std::vector<Entry> query(Filter filter = {}) {
        asio::io_context loop;
        auto entries = asio::co_spawn(loop, recorder_->query(std::move(filter)), asio::use_future);
        loop.run();
        return entries.get();
    }

    Error error_of_query() {
        try {
            query();
        } catch (const Exception& e) {
            return e.error();
        }
        return {};
    }

    Lines& lines() { return lines_; }
    [[nodiscard]] int changes() const { return changes_; }

  private:
    test::TemporaryDirectory directory_;
    Lines lines_;
    std::atomic<int> changes_ = 0;
    std::promise<void> gate_;
    std::optional<Recorder> recorder_;
};

TEST_F(HistoryRecorder, FindsEntriesRecordedJustBefore) {
    Recorder& recorder = begin(file());
    recorder.record(entry(noon, "one"));
    recorder.record(entry(noon + 1s, "two"));
    EXPECT_THAT(messages(query()), ElementsAre("one", "two"));
    EXPECT_THAT(messages(query({.since = noon + 1s})), ElementsAre("two"));
    EXPECT_EQ(recorder.lost_since(), std::nullopt);
    EXPECT_THAT(lines().all(), IsEmpty());
    EXPECT_EQ(changes(), 0);
}

TEST_F(HistoryRecorder, CompletesAQueryInTheThreadThatAwaitsIt) {
    Recorder& recorder = begin(file());
    asio::io_context loop;
    const auto where = [](Recorder& asked) -> asio::awaitable<std::thread::id> {
        co_await asked.query({});
        co_return std::this_thread::get_id();
    };
    auto thread = asio::co_spawn(loop, where(recorder), asio::use_future);
    loop.run();
    EXPECT_EQ(thread.get(), std::this_thread::get_id());
}

TEST_F(HistoryRecorder, WritesAllPendingEntriesWhenItFinishes) {
    {
        Recorder recorder(lines().log(), file());
        for (int i = 0; i < 200; ++i)
            recorder.record(entry(noon, std::to_string(i)));
        EXPECT_TRUE(recorder.finish(1h));
    }
    EXPECT_THAT(value_or_throw(value_or_throw(Store::open(file(), {}, lines().log())).query({})),
                SizeIs(200));
}

TEST_F(HistoryRecorder, ToleratesAMissingDirectoryAndLogsItOnce) {
    const auto missing = directory() / "state";
    Recorder& recorder = begin(missing / "history.db");
    recorder.record(entry(noon, "lost"));
    recorder.record(entry(noon, "lost"));
    EXPECT_THAT(error_of_query().what, HasSubstr("No such file or directory"));
    EXPECT_NE(recorder.lost_since(), std::nullopt);
    ASSERT_THAT(lines().all(), SizeIs(1));
    EXPECT_THAT(lines().all().front(), testing::StartsWith("4: cannot open the history " + missing.string()));
    EXPECT_EQ(changes(), 1);

    std::filesystem::create_directory(missing);
    recorder.record(entry(noon, "kept"));
    const auto entries = query();
    EXPECT_EQ(recorder.lost_since(), std::nullopt);
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[0].event, EntryKind::gap);
    EXPECT_THAT(entries[0].message, testing::StartsWith("lost 2 entries since "));
    EXPECT_EQ(entries[1].message, "kept");
    ASSERT_THAT(lines().all(), SizeIs(2));
    EXPECT_THAT(lines().all().back(),
                testing::StartsWith("5: the history is written again; lost 2 entries since "));
    EXPECT_EQ(changes(), 2);
}

TEST_F(HistoryRecorder, CreatesANewFileIfItsFileWasRemoved) {
    Recorder& recorder = begin(file());
    recorder.record(entry(noon, "taken"));
    EXPECT_THAT(query(), SizeIs(1));
    std::filesystem::remove(file());
    recorder.record(entry(noon, "kept"));
    EXPECT_THAT(messages(query()), ElementsAre("kept"));
    EXPECT_TRUE(std::filesystem::exists(file()));
}

TEST_F(HistoryRecorder, RemovesItsFilesAndRecordsNothingWhileDisabled) {
    Recorder& recorder = begin(file());
    recorder.record(entry(noon));
    EXPECT_THAT(query(), SizeIs(1));
    recorder.set_limits({.keep = 0ms});
    recorder.record(entry(noon));
    EXPECT_EQ(error_of_query().code, ErrorCode::not_supported);
    EXPECT_TRUE(std::filesystem::is_empty(directory()));
    recorder.set_limits({});
    recorder.record(entry(noon, "again"));
    EXPECT_THAT(messages(query()), ElementsAre("again"));
    EXPECT_EQ(recorder.lost_since(), std::nullopt);
}

TEST_F(HistoryRecorder, KeepsOldEntriesWhenItOpens) {
    // The clock of a gateway that has just booted may be wrong by years.
    {
        auto store = value_or_throw(Store::open(file(), {}, lines().log()));
        ASSERT_TRUE(store.add(entry(noon - std::chrono::days(10'000), "ancient")));
    }
    begin(file());
    EXPECT_THAT(messages(query()), ElementsAre("ancient"));
}

TEST_F(HistoryRecorder, DropsEntriesBeyondItsQueueLimitWhileTheDiskHangs) {
    Recorder& recorder = begin_hanging(1h);
    for (int i = 0; i < 1500; ++i)
        recorder.record(entry(noon, std::to_string(i)));
    release();
    auto entries = query({.limit = 10'000});
    EXPECT_GE(entries.size(), 1000U);
    EXPECT_LE(entries.size(), 1003U);
    EXPECT_EQ(std::ranges::count(entries, EntryKind::gap, &Entry::event), 1);
    EXPECT_THAT(lines().all(), ElementsAre(HasSubstr("cannot use the history"),
                                           HasSubstr("of the history: the disk is too slow")));
}

TEST_F(HistoryRecorder, AnswersAQueryWithAnErrorWhileTheDiskHangs) {
    begin_hanging(20ms);
    EXPECT_EQ(error_of_query().what,
              "cannot read the history " + file().string() + ": no result after 20 ms");
    release();
}

TEST_F(HistoryRecorder, EndsQueriesWhenItStops) {
    Recorder& recorder = begin_hanging(1h);
    asio::io_context loop;
    auto entries = asio::co_spawn(loop, recorder.query({}), asio::use_future);
    asio::post(loop, [&] { recorder.stop(); });
    loop.run();
    EXPECT_THROW(entries.get(), Exception);
    EXPECT_EQ(error_of_query().code, ErrorCode::cancelled);
    release();
}

TEST_F(HistoryRecorder, ReportsTheEntriesThatAHangingDiskLosesAtTheEnd) {
    Recorder& recorder = begin_hanging(1h);
    for (int i = 0; i < 3; ++i)
        recorder.record(entry(noon, std::to_string(i)));
    EXPECT_FALSE(recorder.finish(20ms));
    EXPECT_THAT(lines().all(),
                ElementsAre("4: the disk of the history " + file().string() + " hangs: lost 3 entries"));
    release();
    while (!recorder.finish(1h))
        std::this_thread::yield();
}

/// A small disk that nobody else sees; unmounted at the end.
class SmallDisk : Immovable {
  public:
    explicit SmallDisk(std::filesystem::path mount_point)
      : mount_point_(std::move(mount_point))
      , mounted_(mount()) {
        if (!mounted_)
            mount_error_ = std::strerror(errno);
    }
    ~SmallDisk() {
        if (mounted_)
            ::umount2(mount_point_.c_str(), MNT_DETACH);
    }

    /// Why there is none; empty if there is.
    [[nodiscard]] const std::string& mount_error() const { return mount_error_; }

    void fill() const {
        std::ofstream filling(mount_point_ / "filling");
        const std::string page(4096, 'x');
        while (filling << page << std::flush) {
        }
    }
    void free() const { std::filesystem::remove(mount_point_ / "filling"); }

  private:
    [[nodiscard]] bool mount() const {
        std::filesystem::create_directory(mount_point_);
        return ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("tmpfs", mount_point_.c_str(), "tmpfs", 0, "size=512k") == 0;
    }

    std::filesystem::path mount_point_;
    bool mounted_;
    std::string mount_error_;
};

TEST(HistoryRecorderOnAFullDisk, StaysReadableReportsTheFirstLossAndRecovers) {
    const test::TemporaryDirectory directory;
    const SmallDisk disk(directory.path() / "disk");
    if (!disk.mount_error().empty())
        GTEST_SKIP() << "no tmpfs can be mounted: " << disk.mount_error();
    const Lines lines;
    Recorder recorder(lines.log(), directory.path() / "disk" / "history.db");
    const auto query = [&] {
        asio::io_context loop;
        auto entries = asio::co_spawn(loop, recorder.query({.limit = 100'000}), asio::use_future);
        loop.run();
        return entries.get();
    };

    recorder.record(entry(noon, "first"));
    EXPECT_THAT(messages(query()), ElementsAre("first"));
    disk.fill();
    // What SQLite has room for already is still kept.
    int recorded = 1;
    for (; !recorder.lost_since() && recorded < 1000; ++recorded) {
        recorder.record(entry(noon + recorded * 1s, std::to_string(recorded)));
        query();
    }
    ASSERT_EQ(recorder.lost_since(), noon + (recorded - 1) * 1s);
    const auto kept = query();
    EXPECT_EQ(std::ssize(kept), recorded - 1);
    recorder.record(entry(noon + 1h, "lost"));
    EXPECT_EQ(query(), kept) << "it is still read";
    EXPECT_THAT(lines.all(), ElementsAre(HasSubstr("database or disk is full")));

    disk.free();
    recorder.record(entry(noon + 2h, "written again"));
    const auto entries = query();
    EXPECT_EQ(recorder.lost_since(), std::nullopt);
    ASSERT_EQ(entries.size(), kept.size() + 2);
    EXPECT_THAT(entries[kept.size()].message, testing::StartsWith("lost 2 entries since 2026-11-20T12:"));
    EXPECT_EQ(entries.back().message, "written again");
    ASSERT_THAT(lines.all(), SizeIs(2));
    EXPECT_THAT(lines.all().back(), testing::StartsWith("5: the history is written again; lost 2 entries"));
    EXPECT_TRUE(recorder.finish(1h));
}

} // namespace
} // namespace bgs2::history
