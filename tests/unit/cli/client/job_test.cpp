// SPDX-License-Identifier: Apache-2.0
#include "cli/client/job.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

constexpr auto path = "/io/bgs2d1/job/3";

BusSignal changed(const std::string& of, Value properties) {
    return {of, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            Value::array({"io.bgs2d1.Job", std::move(properties), Value::array()})};
}

BusSignal completed(const std::string& of, bool success, const std::string& error,
                    const std::string& message) {
    return {"/io/bgs2d1", "io.bgs2d1.Manager", "JobCompleted", Value::array({of, success, error, message})};
}

TEST(Job, UpdatesItsProgress) {
    Job job(path);
    EXPECT_EQ(job.progress(), Progress{});
    EXPECT_TRUE(
        job.apply(changed(path, {{"Step", "writing slot 1"}, {"StepCode", "writing"}, {"BytesTotal", 875}})));
    EXPECT_TRUE(job.apply(changed(path, {{"BytesSent", 512}, {"Progress", 0.585}})));
    EXPECT_EQ(job.progress(), (Progress{.step = "writing slot 1",
                                        .step_code = StepCode::writing,
                                        .fraction = 0.585,
                                        .sent = 512,
                                        .total = 875}));
    EXPECT_EQ(job.result(), std::nullopt);
}

TEST(Job, HasNoStepCodeIfItIsUnknown) {
    Job job(path);
    EXPECT_TRUE(job.apply(changed(path, {{"StepCode", "writing"}})));
    EXPECT_EQ(job.progress().step_code, StepCode::writing);
    EXPECT_TRUE(job.apply(changed(path, {{"StepCode", "polishing"}})));
    EXPECT_EQ(job.progress().step_code, std::nullopt);
}

TEST(Job, EndsWithItsOwnCompletion) {
    Job job(path);
    EXPECT_FALSE(job.apply(completed("/io/bgs2d1/job/4", true, "", "")));
    EXPECT_EQ(job.result(), std::nullopt);
    EXPECT_TRUE(job.apply(completed(path, false, "ModemRejected", "refused\ncheck the key")));
    EXPECT_EQ(job.result(), (JobResult{false, "ModemRejected", "refused", "check the key"}));
}

TEST(JobResult, HasTheJobAndItsModemAsJson) {
    const JobResult refused{
        .success = false, .error = "ModemRejected", .message = "refused", .hint = "check the key"};
    EXPECT_EQ(to_json(refused, path, "356938035643809", "install").dump(),
              R"({"job":"/io/bgs2d1/job/3","imei":"356938035643809","operation":"install","success":false,)"
              R"("error":"ModemRejected","message":"refused","hint":"check the key"})");
}

TEST(Job, IgnoresOtherObjects) {
    Job job(path);
    EXPECT_FALSE(job.apply(changed("/io/bgs2d1/job/33", {{"Step", "done"}})));
    EXPECT_EQ(job.progress().step, "waiting");
}

} // namespace
} // namespace bgs2::cli
