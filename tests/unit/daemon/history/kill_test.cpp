// SPDX-License-Identifier: Apache-2.0
// A process that is killed in the middle of its history.
#include "daemon/history/store.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/daemon/history/entries.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <sys/wait.h>
#include <unistd.h>

namespace bgs2::history {
namespace {

/// Adds for ever, and tells each number through the pipe once add() has returned.
[[noreturn]] void add_until_killed(const std::filesystem::path& file, int pipe) {
    auto store = Store::open(file, {.max_size = mebibyte}, Lines().log());
    for (std::uint32_t number = 0; store; ++number) {
        Entry next = entry(noon);
        next.generation = number;
        if (!store->add(next) || ::write(pipe, &number, sizeof number) != sizeof number)
            break;
    }
    ::_exit(1);
}

class KilledProcess : public testing::TestWithParam<std::uint32_t> {};

TEST_P(KilledProcess, LeavesAnIntactDatabaseWithAllAddedEntries) {
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "history.db";
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0)
        add_until_killed(file, pipe[1]);
    ::close(pipe[1]);

    std::uint32_t last = 0;
    std::uint32_t number = 0;
    while (::read(pipe[0], &number, sizeof number) == sizeof number) {
        last = number;
        if (number == GetParam())
            ::kill(child, SIGKILL); // what it wrote before that is still read
    }
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

    const Lines lines;
    auto store = Store::open(file, {}, lines.log());
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_TRUE(lines.all().empty()) << "it was not set aside";
    EXPECT_EQ(Database(file).text("PRAGMA integrity_check"), "ok");
    const auto entries = value_or_throw(store->query({.limit = 1'000'000}));
    ASSERT_GT(entries.size(), last);
    EXPECT_LE(entries.size(), last + 2U) << "one may have been added and not told";
    for (std::size_t i = 0; i < entries.size(); ++i)
        ASSERT_EQ(entries[i].generation, i);
}

INSTANTIATE_TEST_SUITE_P(Early, KilledProcess, testing::Values(0, 1, 7));
INSTANTIATE_TEST_SUITE_P(AfterCheckpoints, KilledProcess, testing::Values(100, 333));

} // namespace
} // namespace bgs2::history
