// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/retries.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

using sbnw::Result;

struct RetriesRow {
    Result result;
    bool first;  ///< tried again after it came once
    bool second; ///< ... and after it came once more
};

JobFailure refusal(Result result) {
    return {.error = sbnw::to_error(result, "line"), .refusal = result};
}

class RefusedJob : public testing::TestWithParam<RetriesRow> {};

TEST_P(RefusedJob, IsRetriedOnlyIfARetryCanHelp) {
    Retries retries;
    retries.failed(refusal(GetParam().result));
    EXPECT_EQ(retries.next().has_value(), GetParam().first);
    retries.failed(refusal(GetParam().result));
    EXPECT_EQ(retries.next().has_value(), GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(Results, RefusedJob,
                         testing::Values(RetriesRow{Result::length_error, true, true},
                                         RetriesRow{Result::too_many_data, true, true},
                                         RetriesRow{Result::service_timeout, true, true},
                                         RetriesRow{Result::certificate_corrupted, true, false},
                                         RetriesRow{Result::private_key_removed, false, false},
                                         RetriesRow{Result::refused, true, false},
                                         RetriesRow{Result::command_unknown, false, false},
                                         RetriesRow{Result::temporary, true, true}));

TEST(Retries, WaitLongerEachTime) {
    Retries retries;
    const JobFailure job_failure{.error = {ErrorCode::modem_timeout, "nothing came", ""}, .refusal = {}};
    retries.failed(job_failure);
    const auto first = *retries.next() - std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i)
        retries.failed(job_failure);
    EXPECT_GT(*retries.next() - std::chrono::steady_clock::now(), first * 4);
}

TEST(Retries, StopAfterAPermanentError) {
    Retries retries;
    retries.failed({.error = {ErrorCode::key_mismatch, "the key is another's", ""}, .refusal = {}});
    ASSERT_TRUE(retries.failure());
    EXPECT_FALSE(retries.next());
}

TEST(Retries, StartAgainAfterAReset) {
    Retries retries;
    retries.failed(refusal(Result::certificate_corrupted));
    retries.reset();
    EXPECT_FALSE(retries.failure());
    retries.failed(refusal(Result::certificate_corrupted));
    EXPECT_TRUE(retries.next());
}

TEST(Retries, ReplaceTheHintOfTheLastFailure) {
    Retries retries;
    retries.failed(refusal(Result::refused));
    retries.explain("sign it");
    EXPECT_EQ(retries.failure()->error.hint, "sign it");
}

} // namespace
} // namespace bgs2
