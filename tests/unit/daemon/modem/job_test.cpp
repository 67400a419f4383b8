// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/job.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace bgs2 {
namespace {

using Steps = std::vector<std::pair<StepCode, std::string>>;

TEST(Job, HasACodeAndAPhraseForEachStep) {
    Steps steps;
    Job job(1, {}, "356938035643809",
            [&](const Job& changed) { steps.emplace_back(changed.step_code(), changed.step()); });
    EXPECT_EQ(job.step_code(), StepCode::waiting);
    EXPECT_EQ(job.step(), "waiting");
    job.set_step(StepCode::reading);
    job.set_step(StepCode::writing, SlotAddress{.store = Store::tls, .slot = 1});
    job.set_step(StepCode::erasing, SlotAddress{.store = Store::tls, .slot = 2});
    job.set_step(StepCode::verifying);
    job.finish(std::nullopt);
    EXPECT_EQ(steps, (Steps{{StepCode::reading, "reading"},
                            {StepCode::writing, "writing slot 1"},
                            {StepCode::erasing, "erasing slot 2"},
                            {StepCode::verifying, "reading back"},
                            {StepCode::done, "done"}}));
}

TEST(Job, ReportsTheErrorCodeButNoSlotAfterAFailure) {
    Job job(1, {}, "356938035643809", [](const Job&) {});
    job.set_step(StepCode::writing, SlotAddress{.store = Store::tls, .slot = 1});
    job.finish(Error{ErrorCode::modem_rejected, "refused", ""});
    EXPECT_EQ(job.step_code(), StepCode::failed);
    EXPECT_EQ(job.step(), "failed: ModemRejected");
}

} // namespace
} // namespace bgs2
