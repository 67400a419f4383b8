// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/job_registry.h"

#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace bgs2 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class JobRegistryTest : public testing::Test, private JobRegistry::Host {
  protected:
    std::shared_ptr<Job> add() { return registry_.add(Task{}, "356938035643809"); }

    asio::io_context context_;
    std::vector<std::uint64_t> added_;
    std::vector<std::uint64_t> changed_;
    std::vector<std::uint64_t> removed_;
    JobRegistry registry_{context_.get_executor(), *this, std::chrono::milliseconds(1)};

  private:
    void job_added(const std::shared_ptr<Job>& job) override { added_.push_back(job->number()); }
    void job_changed(const Job& job) override { changed_.push_back(job.number()); }
    void job_removed(const Job& job) override { removed_.push_back(job.number()); }
};

TEST_F(JobRegistryTest, NumbersJobsFromOne) {
    EXPECT_EQ(add()->number(), 1U);
    const auto second = add();
    EXPECT_EQ(second->number(), 2U);
    EXPECT_EQ(second->imei(), "356938035643809");
    EXPECT_THAT(added_, ElementsAre(1U, 2U));
}

TEST_F(JobRegistryTest, ReportsEachChangeOfAJob) {
    const auto job = add();
    job->set_step(StepCode::reading);
    job->finish(std::nullopt);
    EXPECT_THAT(changed_, ElementsAre(1U, 1U));
}

TEST_F(JobRegistryTest, KeepsAFinishedJobUntilItsRetentionEnds) {
    const auto first = add();
    const auto second = add();
    second->finish(std::nullopt);
    EXPECT_THAT(removed_, IsEmpty());
    context_.run();
    EXPECT_THAT(removed_, ElementsAre(2U)); // the other one has not finished
}

TEST_F(JobRegistryTest, RemovesNothingAfterItWasStopped) {
    const auto first = add();
    const auto second = add();
    first->finish(std::nullopt);
    registry_.stop();
    second->finish(std::nullopt);
    context_.run();
    EXPECT_THAT(removed_, IsEmpty());
    EXPECT_THAT(changed_, ElementsAre(1U, 2U));
}

} // namespace
} // namespace bgs2
