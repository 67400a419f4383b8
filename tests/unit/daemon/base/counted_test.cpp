// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/counted.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

TEST(Counted, IsSingularForOneOnly) {
    EXPECT_EQ(counted(0, "slot"), "0 slots");
    EXPECT_EQ(counted(1, "slot"), "1 slot");
    EXPECT_EQ(counted(2, "slot"), "2 slots");
}

TEST(Counted, KnowsIrregularPlurals) {
    EXPECT_EQ(counted(0, "policy", "policies"), "0 policies");
    EXPECT_EQ(counted(1, "policy", "policies"), "1 policy");
    EXPECT_EQ(counted(12, "policy", "policies"), "12 policies");
}

} // namespace
} // namespace bgs2
