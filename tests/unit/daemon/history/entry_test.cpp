// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/entry.h"

#include <gtest/gtest.h>

namespace bgs2::history {
namespace {

TEST(BootId, IsThatOfTheKernel) {
    EXPECT_EQ(boot_id().size(), 36U);
    EXPECT_EQ(boot_id(), boot_id());
}

} // namespace
} // namespace bgs2::history
