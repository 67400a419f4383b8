// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/error.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

TEST(ErrorCode, IsSpelledAsOnTheBus) {
    EXPECT_EQ(word(ErrorCode::key_mismatch), "KeyMismatch");
    EXPECT_EQ(from_word<ErrorCode>("KeyMismatch"), ErrorCode::key_mismatch);
    EXPECT_EQ(from_word<ErrorCode>("Surprise"), std::nullopt);
}

TEST(Error, ShowsItsHintInParentheses) {
    EXPECT_EQ(to_string(Error{ErrorCode::busy, "the port is in use", "stop minicom"}),
              "the port is in use (stop minicom)");
    EXPECT_EQ(to_string(Error{ErrorCode::busy, "the port is in use", ""}), "the port is in use");
}

TEST(Error, IsPreservedByValueOrThrow) {
    const Error error{ErrorCode::expired, "the certificate expired", "renew it"};
    try {
        value_or_throw(Expected<int>(std::unexpected(error)));
        FAIL() << "nothing was thrown";
    } catch (const Exception& e) {
        EXPECT_EQ(e.error(), error);
    }
}

} // namespace
} // namespace bgs2
