// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace bgs2 {
namespace {

constexpr int code_count = static_cast<int>(ErrorCode::cancelled) + 1;

TEST(Error, EveryCodeHasAWordOfItsOwnAndTheWordLeadsBack) {
    std::set<std::string_view> words;
    for (int i = 0; i < code_count; ++i) {
        const auto code = static_cast<ErrorCode>(i);
        words.insert(word(code));
        EXPECT_EQ(error_code(word(code)), code);
    }
    EXPECT_EQ(words.size(), code_count);
}

TEST(Error, AnUnknownWordIsNoCode) {
    EXPECT_EQ(error_code("Surprise"), std::nullopt);
}

TEST(Error, TheHintFollowsInParentheses) {
    EXPECT_EQ(to_string(Error{ErrorCode::busy, "the port is in use", "stop minicom"}),
              "the port is in use (stop minicom)");
    EXPECT_EQ(to_string(Error{ErrorCode::busy, "the port is in use", ""}), "the port is in use");
}

TEST(Error, ACoroutineGetsTheWholeError) {
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
