#include "daemon/retries.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

using sbnw::Refusal;
using sbnw::Result;

struct Row {
    Result result;
    bool first;  ///< tried again after it came once
    bool second; ///< ... and after it came once more
};

class Refused : public testing::TestWithParam<Row> {};

TEST_P(Refused, IsTriedAgainOnlyWhereThatMayHelp) {
    Retries retries;
    retries.refused(Refusal(GetParam().result, "line"));
    EXPECT_EQ(retries.next().has_value(), GetParam().first);
    retries.refused(Refusal(GetParam().result, "line"));
    EXPECT_EQ(retries.next().has_value(), GetParam().second);
    EXPECT_EQ(retries.refusal(), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    Results, Refused,
    testing::Values(Row{Result::length_error, true, true}, Row{Result::too_many_data, true, true},
                    Row{Result::service_timeout, true, true}, Row{Result::certificate_corrupted, true, false},
                    Row{Result::private_key_removed, false, false}, Row{Result::refused, false, false},
                    Row{Result::command_unknown, false, false}));

TEST(Retries, WaitLongerEachTime) {
    Retries retries;
    const Error error{ErrorCode::modem_timeout, "nothing came", ""};
    retries.failed(error);
    const auto first = *retries.next() - std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i)
        retries.failed(error);
    EXPECT_GT(*retries.next() - std::chrono::steady_clock::now(), first * 4);
}

TEST(Retries, LeaveToAPersonWhatWouldFailAgain) {
    Retries retries;
    retries.failed({ErrorCode::key_mismatch, "the key is another's", ""});
    ASSERT_TRUE(retries.failure());
    EXPECT_FALSE(retries.next());
}

TEST(Retries, StartAnewAfterAReset) {
    Retries retries;
    retries.refused(Refusal(Result::certificate_corrupted, "line"));
    retries.reset();
    EXPECT_FALSE(retries.failure());
    retries.refused(Refusal(Result::certificate_corrupted, "line"));
    EXPECT_TRUE(retries.next());
}

TEST(Retries, TakeABetterHintForTheLastFailure) {
    Retries retries;
    retries.refused(Refusal(Result::refused, "SECURE CMD ERROR"));
    retries.explain("sign it");
    EXPECT_EQ(retries.failure()->error.hint, "sign it");
}

} // namespace
} // namespace bgs2
