// SPDX-License-Identifier: Apache-2.0
#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/verbs/verbs.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

Value job(const std::string& step) {
    return {{"Operation", "provision"}, {"Modem", "/io/bgs2d1/modem/356938035643809"}, {"Step", step}};
}

TEST(Jobs, AreListedByNumber) {
    const Value objects{{"/io/bgs2d1/job/10", {{"io.bgs2d1.Job", job("done")}}},
                        {"/io/bgs2d1/modem/356938035643809", {{"io.bgs2d1.Modem", Value::object()}}},
                        {"/io/bgs2d1/job/9", {{"io.bgs2d1.Job", job("reading")}}}};
    const auto jobs = jobs_of(objects);
    ASSERT_EQ(jobs.size(), 2U);
    EXPECT_EQ(jobs[0].number, 9U);
    EXPECT_EQ(jobs[0].imei, "356938035643809");
    EXPECT_EQ(jobs[1].number, 10U);
}

TEST(Jobs, HaveEndedIfAnEndTimeIsSetAndFailedIfAnErrorIsSet) {
    Value ended = job("done");
    EXPECT_FALSE(job_of("/io/bgs2d1/job/1", ended).ended()) << "the text of the step does not matter";
    ended["EndTime"] = 1'795'000'001;
    EXPECT_TRUE(job_of("/io/bgs2d1/job/1", ended).ended());
    EXPECT_FALSE(job_of("/io/bgs2d1/job/1", ended).failed());
    ended["Error"] = "ModemRejected";
    EXPECT_TRUE(job_of("/io/bgs2d1/job/1", ended).failed());
}

TEST(Jobs, AreReadDespiteMissingOrInvalidProperties) {
    EXPECT_EQ(job_of("/io/bgs2d1/job/1", Value::object()).number, 1U);
    EXPECT_EQ(job_of("", {{"Step", 7}, {"Progress", "half"}, {"StartTime", "now"}}),
              job_of("", Value::object()));
}

TEST(Jobs, ArePrintedAsATable) {
    Value running = job("writing slot 0");
    running.update(
        {{"Progress", 0.52}, {"BytesSent", 1000}, {"BytesTotal", 1925}, {"StartTime", 1'795'000'000}});
    Value failed = job("failed: ModemRejected");
    failed.update(
        {{"EndTime", 1'795'000'001}, {"Error", "ModemRejected"}, {"Message", "refused\ncheck the key"}});
    Value done = job("done");
    done["EndTime"] = 1'795'000'002;
    const std::vector<JobInfo> jobs{job_of("/io/bgs2d1/job/1", running), job_of("/io/bgs2d1/job/2", failed),
                                    job_of("/io/bgs2d1/job/3", done)};
    const Table table = table_of(jobs);
    EXPECT_EQ(
        table.text(Terminal{}),
        "JOB  OPERATION  IMEI             STEP                   PROGRESS  BYTES      STARTED               "
        "RESULT\n"
        "1    provision  356938035643809  writing slot 0         52%       1000/1925  2026-11-18T11:06:40Z  "
        "-\n"
        "2    provision  356938035643809  failed: ModemRejected  -         -          -                     "
        "ModemRejected: refused\n"
        "3    provision  356938035643809  done                   -         -          -                     "
        "ok\n");
    const Json json = table.json();
    EXPECT_EQ(json[0]["result"], nullptr);
    EXPECT_EQ(json[0]["bytes_total"], 1925);
    EXPECT_EQ(json[1]["result"], "failed");
    EXPECT_EQ(json[1]["error"], "ModemRejected");
    EXPECT_EQ(json[1]["hint"], "check the key");
    EXPECT_EQ(json[1]["ended"], 1'795'000'001);
    EXPECT_EQ(json[2]["result"], "ok");
}

} // namespace
} // namespace bgs2::cli
