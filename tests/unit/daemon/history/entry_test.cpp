// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/entry.h"

#include <gtest/gtest.h>

#include <array>

namespace bgs2::history {
namespace {

TEST(HistoryEvent, HasAWordThatLeadsBackToIt) {
    for (const EntryKind each :
         std::array{EntryKind::state, EntryKind::write, EntryKind::erase, EntryKind::drift, EntryKind::gap})
        EXPECT_EQ(event(word(each)), each) << word(each);
    EXPECT_EQ(event("writes"), std::nullopt);
}

TEST(BootId, IsThatOfTheKernel) {
    EXPECT_EQ(boot_id().size(), 36U);
    EXPECT_EQ(boot_id(), boot_id());
}

} // namespace
} // namespace bgs2::history
