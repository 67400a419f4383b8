// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/rewrite_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace bgs2 {
namespace {

using testing::HasSubstr;

constexpr SlotAddress address{.store = Store::tls, .slot = 1};
constexpr std::chrono::sys_seconds when = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
const std::string wanted(40, 'a');
const std::vector<PlanStep> needed{{.address = address,
                                    .action = Action::write,
                                    .occupied = false,
                                    .before = "",
                                    .reason = "slot 1 is empty"}};

class RepairsTest : public testing::Test {
  protected:
    void repair(int times) {
        for (int i = 0; i < times; ++i)
            repairs_.record(address, wanted, when);
    }
    [[nodiscard]] std::optional<Error> limit_reached(const std::string& thumbprint = wanted) const {
        return repairs_.limit_reached(needed, {{address, thumbprint}});
    }

    RewriteLimiter repairs_;
};

TEST_F(RepairsTest, AllowsASlotToBeWrittenAndRepairedTwice) {
    repair(2);
    EXPECT_EQ(limit_reached(), std::nullopt);
}

TEST_F(RepairsTest, GiveUpASlotThatDidNotKeepWhatWasWrittenThreeTimes) {
    repair(3);
    const auto error = limit_reached();
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what, HasSubstr("slot 1 was changed 3 times, last at 2026-11-22 00:00:00 UTC"));
    EXPECT_THAT(error->what, HasSubstr("slot 1 is empty"));
    EXPECT_FALSE(error->hint.empty());
}

TEST_F(RepairsTest, StartAnewForAnotherCertificate) {
    repair(3);
    EXPECT_EQ(limit_reached(std::string(40, 'b')), std::nullopt);
    repairs_.record(address, std::string(40, 'b'), when);
    EXPECT_EQ(limit_reached(std::string(40, 'b')), std::nullopt);
}

TEST_F(RepairsTest, StartAnewOnceTheSlotWasFoundAsItWasWritten) {
    repair(2);
    sbnw::Slot slot;
    slot.size = 800;
    slot.thumbprint = wanted;
    repairs_.reconcile({{address, slot}});
    repair(2);
    EXPECT_EQ(limit_reached(), std::nullopt);
}

TEST_F(RepairsTest, CountOnWhileTheSlotIsFoundOtherwise) {
    repair(2);
    repairs_.reconcile({{address, sbnw::Slot{}}});
    repair(1);
    EXPECT_TRUE(limit_reached());
}

TEST_F(RepairsTest, AreForgottenOnDemand) {
    repair(3);
    repairs_.clear();
    EXPECT_EQ(limit_reached(), std::nullopt);
}

TEST_F(RepairsTest, GiveUpErasingWhatComesBackThreeTimes) {
    for (int i = 0; i < 3; ++i)
        repairs_.record(address, "", when);
    EXPECT_TRUE(repairs_.limit_reached(needed, {}));
}

} // namespace
} // namespace bgs2
