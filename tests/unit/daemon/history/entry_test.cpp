// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::history {
namespace {

/// The database has these words: another spelling would lose the entries of earlier versions.
TEST(EntryKind, UsesTheWordsStoredInTheDatabase) {
    EXPECT_THAT(words_of<EntryKind>, testing::ElementsAre("state", "write", "erase", "drift", "gap"));
}

TEST(BootId, IsThatOfTheKernel) {
    EXPECT_EQ(boot_id().size(), 36U);
    EXPECT_EQ(boot_id(), boot_id());
}

} // namespace
} // namespace bgs2::history
