// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/store.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/daemon/history/entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace bgs2::history {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HistoryStore : public testing::Test {
  protected:
    [[nodiscard]] Store open(Limits limits = {}) const {
        auto store = Store::open(file(), limits, lines_.log());
        if (!store)
            throw Exception(store.error());
        return std::move(*store);
    }

    static std::vector<Entry> all(Store& store) { return value_or_throw(store.query({.limit = 1'000'000})); }

    [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "history.db"; }
    [[nodiscard]] std::filesystem::path aside(int n) const {
        return file().string() + ".aside-" + std::to_string(n);
    }
    [[nodiscard]] const std::vector<std::string>& log() const { return lines_.all(); }

    /// Of the file and all that is beside it.
    [[nodiscard]] std::uintmax_t size() const {
        std::uintmax_t sum = 0;
        for (const auto& each : std::filesystem::directory_iterator(directory_.path()))
            sum += each.file_size();
        return sum;
    }

    [[nodiscard]] const test::TemporaryDirectory& directory() const { return directory_; }

  private:
    test::TemporaryDirectory directory_;
    Lines lines_;
};

TEST_F(HistoryStore, ReturnsAddedEntriesAfterReopening) {
    const Entry whole{.when = noon,
                      .boot_id = "2f0ad6a0-8d4e-4b0b-9f0e-0f6a4a1b2c3d",
                      .imei = "356938035643809",
                      .port_path = "platform-1c28400.serial",
                      .policy = "/etc/bgs2d/policy.d/50-cloud.toml",
                      .generation = 7,
                      .event = EntryKind::write,
                      .state = "",
                      .store = "is_cert",
                      .slot = 0,
                      .thumbprint_before = "0d2784b2237a3f7c720fb9e6ae35e315c6b2dea6",
                      .thumbprint_after = "2dc42c3515b596c4228b4d02b76f69faa456abfc",
                      .error = "VerifyFailed",
                      .message = "Prüfung, 'quoted' \"twice\"; DROP TABLE entry",
                      .duration = 1234ms,
                      .bytes = 1927};
    {
        Store store = open();
        ASSERT_TRUE(store.add(whole));
        ASSERT_TRUE(store.add(Entry{.when = noon + 1s}));
    }
    Store store = open();
    EXPECT_THAT(all(store), ElementsAre(whole, Entry{.when = noon + 1s}));
    EXPECT_THAT(log(), IsEmpty());
}

TEST_F(HistoryStore, CreatesItsFilesWithMode0640) {
    Store store = open();
    ASSERT_TRUE(store.add(entry(noon)));
    for (const auto& each : std::filesystem::directory_iterator(directory().path())) {
        struct stat status{};
        ASSERT_EQ(::stat(each.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0640U) << each.path();
    }
}

TEST_F(HistoryStore, FiltersByModemTimeAndFailureWithTheNewestLast) {
    Store store = open();
    Entry other = entry(noon, "other");
    other.imei = "490154203237518";
    Entry refused = entry(noon + 2h, "refused");
    refused.event = EntryKind::write;
    refused.error = "ModemRejected";
    Entry blocked = entry(noon + 3h, "blocked");
    blocked.state = "blocked";
    for (const Entry& each : {other, entry(noon + 1h, "first"), refused, blocked, entry(noon + 4h, "last")})
        ASSERT_TRUE(store.add(each));
    const auto found = [&](const Filter& filter) { return messages(value_or_throw(store.query(filter))); };
    EXPECT_THAT(found({}), ElementsAre("other", "first", "refused", "blocked", "last"));
    EXPECT_THAT(found({.imei = "490154203237518"}), ElementsAre("other"));
    EXPECT_THAT(found({.imei = "43809"}), ElementsAre("first", "refused", "blocked", "last"));
    EXPECT_THAT(found({.imei = "0490154203237518"}), IsEmpty());
    EXPECT_THAT(found({.imei = "%"}), IsEmpty());
    EXPECT_THAT(found({.since = noon + 2h}), ElementsAre("refused", "blocked", "last"));
    EXPECT_THAT(found({.failed_only = true}), ElementsAre("refused", "blocked"));
    EXPECT_THAT(found({.limit = 2}), ElementsAre("blocked", "last"));
    EXPECT_THAT(found({.imei = "809", .since = noon + 1h, .failed_only = true, .limit = 1}),
                ElementsAre("blocked"));
}

TEST_F(HistoryStore, KeepsTheInsertionOrderWhenTheClockIsSetBack) {
    Store store = open();
    ASSERT_TRUE(store.add(entry(noon, "before")));
    ASSERT_TRUE(store.add(entry(noon - 24h, "after")));
    EXPECT_THAT(messages(all(store)), ElementsAre("before", "after"));
}

TEST_F(HistoryStore, TruncatesLongTextsAtACharacterBoundary) {
    Store store = open();
    std::string umlauts = "x";
    for (int i = 0; i < 5000; ++i)
        umlauts += "ü";
    ASSERT_TRUE(store.add(entry(noon, umlauts)));
    EXPECT_EQ(all(store).front().message, umlauts.substr(0, 1999));
}

TEST_F(HistoryStore, DropsEntriesOlderThanItsLimit) {
    Store store = open({.keep = std::chrono::days(30)});
    for (int day = 0; day < 100; ++day)
        ASSERT_TRUE(store.add(entry(noon + std::chrono::days(day), std::to_string(day))));
    ASSERT_TRUE(store.prune(noon + std::chrono::days(99)));
    const auto left = messages(all(store));
    EXPECT_THAT(left, SizeIs(31));
    EXPECT_EQ(left.front(), "69");
    EXPECT_EQ(left.back(), "99");
}

TEST_F(HistoryStore, DropsNoEntryByAgeWithoutATrustedClock) {
    Store store = open({.keep = std::chrono::days(30)});
    ASSERT_TRUE(store.add(entry(noon - std::chrono::days(1000), "old")));
    ASSERT_TRUE(store.prune(std::nullopt));
    EXPECT_THAT(messages(all(store)), ElementsAre("old"));
}

TEST_F(HistoryStore, DropsEntriesOfTheModemThatHasMost) {
    Store store = open({.max_size = 128 * kibibyte});
    for (int i = 0; i < 100; ++i) {
        Entry quiet = entry(noon, "quiet " + std::to_string(i));
        quiet.imei = "490154203237518";
        ASSERT_TRUE(store.add(quiet));
    }
    for (int i = 0; i < 3000; i += 10) {
        std::vector<Entry> noisy;
        for (int j = i; j < i + 10; ++j)
            noisy.push_back(entry(noon, "noisy " + std::to_string(j)));
        ASSERT_TRUE(store.add(noisy));
    }
    EXPECT_THAT(value_or_throw(store.query({.imei = "490154203237518"})), SizeIs(100));
    const auto noisy = messages(value_or_throw(store.query({.imei = "356938035643809"})));
    EXPECT_GT(noisy.size(), 100U);
    EXPECT_EQ(noisy.back(), "noisy 2999");
}

TEST_F(HistoryStore, NeverExceedsItsSizeLimitAndDropsTheOldestEntries) {
    constexpr Limits limits{.max_size = 128 * kibibyte};
    Store store = open(limits);
    constexpr int many = 3000; // a quarter of them fits
    for (int i = 0; i < many; i += 10) {
        std::vector<Entry> some;
        for (int j = i; j < i + 10; ++j)
            some.push_back(entry(noon + j * 1s, std::string(100, 'x')));
        ASSERT_TRUE(store.add(some));
        ASSERT_LE(std::filesystem::file_size(file()), limits.max_size);
        ASSERT_LE(size(), limits.max_size + mebibyte);
    }
    const auto left = all(store);
    EXPECT_GT(left.size(), 100U);
    EXPECT_LT(left.size(), 1000U);
    EXPECT_EQ(left.back().when, noon + (many - 1) * 1s);
    EXPECT_EQ(left.front().when, noon + (many - static_cast<int>(left.size())) * 1s) << "none is missing";
}

TEST_F(HistoryStore, AcceptsTheLargestEntriesUnderTheSmallestSizeLimit) {
    Store store = open({.max_size = 64 * kibibyte});
    Entry large = entry(noon, std::string(10'000, 'x'));
    large.policy = std::string(10'000, 'y');
    large.port_path = std::string(10'000, 'z');
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(store.add(std::vector{large, large}));
    EXPECT_GE(all(store).size(), 2U);
}

TEST_F(HistoryStore, ShrinksItsFileWhenItsSizeLimitIsLowered) {
    {
        Store store = open();
        std::vector<Entry> many;
        for (int i = 0; i < 2000; ++i)
            many.push_back(entry(noon + i * 1s, std::string(200, 'x')));
        ASSERT_TRUE(store.add(many));
    }
    ASSERT_GT(std::filesystem::file_size(file()), 256 * kibibyte);
    Store store = open({.max_size = 128 * kibibyte});
    ASSERT_TRUE(store.prune(noon));
    EXPECT_LE(std::filesystem::file_size(file()), 128 * kibibyte);
    EXPECT_EQ(all(store).back().when, noon + 1999 * 1s);
}

TEST_F(HistoryStore, QuarantinesADatabaseOfANewerVersion) {
    {
        Store store = open();
        ASSERT_TRUE(store.add(entry(noon, "old")));
    }
    Database(file()).run("PRAGMA user_version = 2");
    Store store = open();
    EXPECT_THAT(all(store), IsEmpty());
    EXPECT_EQ(Database(aside(1)).text("SELECT message FROM entry"), "old");
    EXPECT_THAT(log(), ElementsAre("3: cannot use the history " + file().string() +
                                   ": its version is 2, bgs2d supports 1; moved it to " + aside(1).string() +
                                   " and started a new one"));
}

TEST_F(HistoryStore, IgnoresEntriesOfUnknownKindsAndLogsThemOnce) {
    Store store = open();
    ASSERT_TRUE(store.add(entry(noon, "odd")));
    ASSERT_TRUE(store.add(entry(noon, "known")));
    Database(file()).run("UPDATE entry SET event = 'teleport' WHERE message = 'odd'");
    EXPECT_THAT(messages(all(store)), ElementsAre("known"));
    EXPECT_THAT(messages(all(store)), ElementsAre("known"));
    EXPECT_THAT(log(), ElementsAre("4: ignored 1 entry of the history " + file().string() +
                                   ": unknown to this version of bgs2d"));
}

TEST_F(HistoryStore, QuarantinesADatabaseWithAForeignSchema) {
    std::ofstream(file()).close();
    Database(file()).run("CREATE TABLE entry (cats TEXT)");
    Store store = open();
    EXPECT_TRUE(store.add(entry(noon)));
    EXPECT_TRUE(std::filesystem::exists(aside(1)));
}

TEST_F(HistoryStore, QuarantinesEachInvalidFileUnderAUniqueName) {
    for (const int n : {1, 2}) {
        const std::string junk = "junk " + std::to_string(n) + std::string(10'000, '?');
        std::ignore = directory().write("history.db", junk);
        Store store = open();
        EXPECT_TRUE(store.add(entry(noon)));
        std::ifstream moved(aside(n));
        EXPECT_EQ(std::string(std::istreambuf_iterator(moved), {}), junk);
    }
    EXPECT_THAT(log(), SizeIs(2));
}

TEST_F(HistoryStore, LimitsTheNumberOfQuarantinedFiles) {
    for (int n = 1; n <= 9; ++n)
        std::ignore = directory().write(aside(n).filename().string(), "kept");
    std::ignore = directory().write("history.db", std::string(10'000, '?'));
    const auto store = Store::open(file(), {}, Lines().log());
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().what, HasSubstr("9 files were moved aside already"));
    EXPECT_EQ(std::filesystem::file_size(file()), 10'000U) << "nothing was lost";
}

TEST_F(HistoryStore, QuarantinesADatabaseWithCorruptPages) {
    {
        Store store = open();
        ASSERT_TRUE(store.add(std::vector(1000, entry(noon))));
    }
    {
        std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
        const std::string junk(std::filesystem::file_size(file()) - 3 * 4096UL, '\xa5');
        stream.seekp(3L * 4096);
        stream << junk;
    }
    Store store = open();
    EXPECT_THAT(all(store), IsEmpty());
    EXPECT_TRUE(store.add(entry(noon)));
    EXPECT_THAT(all(store), SizeIs(1));
    EXPECT_TRUE(std::filesystem::exists(aside(1)));
}

TEST_F(HistoryStore, CanBeOpenTwice) {
    Store one = open();
    Store other = open();
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(one.add(entry(noon, "one")));
        ASSERT_TRUE(other.add(entry(noon, "other")));
    }
    EXPECT_EQ(all(one), all(other));
    EXPECT_THAT(all(one), SizeIs(20));
}

TEST_F(HistoryStore, DetectsThatItsFileWasMoved) {
    const Store store = open();
    EXPECT_FALSE(store.was_moved());
    std::filesystem::rename(file(), aside(1));
    EXPECT_TRUE(store.was_moved());
}

TEST_F(HistoryStore, ReportsAMissingDirectory) {
    const auto store = Store::open(directory().path() / "nowhere" / "history.db", {}, Lines().log());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().what, "cannot open the history " + directory().path().string() +
                                      "/nowhere/history.db: No such file or directory");
}

/// In a child that is nobody: root may write everywhere.
TEST_F(HistoryStore, ReportsPermissionDeniedForAReadOnlyDirectory) {
    if (::getuid() != 0)
        GTEST_SKIP() << "only root can become somebody else";
    std::filesystem::permissions(directory().path(), std::filesystem::perms(0555));
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        const bool became = ::setgid(nobody) == 0 && ::setuid(nobody) == 0;
        const auto store = Store::open(file(), {}, Lines().log());
        const bool reported = !store && store.error().what.ends_with("history.db: Permission denied");
        ::_exit(became && reported ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(HistoryStore, DoesNotLeakFileDescriptors) {
    const auto descriptors = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    Store store = open({.max_size = 64 * kibibyte});
    ASSERT_TRUE(store.add(entry(noon)));
    const auto before = descriptors();
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(store.add(entry(noon)));
    for (int i = 0; i < 10; ++i)
        EXPECT_THAT(all(store), testing::Not(IsEmpty()));
    EXPECT_EQ(descriptors(), before);
}

TEST_F(HistoryStore, IsRemovedWithItsCompanionFiles) {
    {
        Store store = open();
        ASSERT_TRUE(store.add(entry(noon)));
        ASSERT_TRUE(std::filesystem::exists(file().string() + "-wal"));
        EXPECT_TRUE(remove_store(file()));
    }
    EXPECT_TRUE(std::filesystem::is_empty(directory().path()));
    EXPECT_TRUE(remove_store(file())) << "there is none";
}

} // namespace
} // namespace bgs2::history
