// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace bgs2::sbnw {
namespace {

struct ResultCase {
    std::string_view line;
    Result result;
    ErrorCode code;
    RetryAdvice advice;
};

const std::vector<ResultCase> failures{
    {"SECURE CMD LENGTH ERROR", Result::length_error, ErrorCode::modem_rejected, RetryAdvice::retry},
    {"SECURE CMD TOO MANY DATA ERROR", Result::too_many_data, ErrorCode::modem_rejected, RetryAdvice::retry},
    {"SECURE CMD TO MANY DATA ERROR", Result::too_many_data, ErrorCode::modem_rejected, RetryAdvice::retry},
    {"SECURE CMD PUBLIC CERTIFICATE IS CORRUPTED", Result::certificate_corrupted, ErrorCode::modem_rejected,
     RetryAdvice::retry_once},
    {"SECURE CMD PRIVATE KEY WAS REMOVED", Result::private_key_removed, ErrorCode::modem_rejected,
     RetryAdvice::manual},
    {"SECURE CMD SERVICE TIMEOUT ERROR", Result::service_timeout, ErrorCode::modem_timeout,
     RetryAdvice::retry},
    {"SECURE CMD ERROR", Result::refused, ErrorCode::modem_rejected, RetryAdvice::retry_once},
    {"ERROR", Result::command_unknown, ErrorCode::not_supported, RetryAdvice::manual},
    {"+CME ERROR: unknown", Result::command_unknown, ErrorCode::not_supported, RetryAdvice::manual},
    {"+CME ERROR: 4", Result::command_unknown, ErrorCode::not_supported, RetryAdvice::manual},
    {"+CME ERROR: operation temporary not allowed", Result::temporary, ErrorCode::modem_rejected,
     RetryAdvice::retry},
    {"+CME ERROR: 256", Result::temporary, ErrorCode::modem_rejected, RetryAdvice::retry},
};

TEST(Result, OfEveryErrorLineHasAnErrorCodeAndRetryAdvice) {
    for (const ResultCase& failure : failures) {
        SCOPED_TRACE(failure.line);
        const auto result = parse_result(failure.line);
        ASSERT_EQ(result, failure.result);
        EXPECT_EQ(retry_advice(*result), failure.advice);
        const Error error = to_error(*result, failure.line);
        EXPECT_EQ(error.code, failure.code);
        EXPECT_THAT(error.what, testing::HasSubstr(failure.line));
        EXPECT_FALSE(error.hint.empty());
    }
}

TEST(Result, IsStoredForSecureCmdEndOk) {
    EXPECT_EQ(parse_result("SECURE CMD END OK"), Result::stored);
    EXPECT_EQ(retry_advice(Result::stored), RetryAdvice::none);
}

TEST(Result, IsNotFoundInOtherLines) {
    for (const std::string_view line :
         {"", "OK", "CONNECT", "SECURE CMD READY: SEND COMMAND ...", "SECURE CMD", "^SYSSTART", "NO CARRIER"})
        EXPECT_EQ(parse_result(line), std::nullopt) << line;
}

TEST(Result, IsCarriedByTheRefusalException) {
    const Refusal refusal(Result::private_key_removed, "SECURE CMD PRIVATE KEY WAS REMOVED");
    EXPECT_EQ(refusal.result(), Result::private_key_removed);
    EXPECT_EQ(refusal.error(), to_error(refusal.result(), "SECURE CMD PRIVATE KEY WAS REMOVED"));
}

} // namespace
} // namespace bgs2::sbnw
