// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/base64.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::pki {
namespace {

TEST(Base64, IsDecodedWhateverItsLines) {
    struct Row {
        std::string_view text;
        std::string_view decoded;
    };
    const std::vector<Row> table = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9v\r\nYmFy\n", "foobar"},
        {" Z m\t9 v ", "foo"},
        {"Zg=\n=", "f"},
    };
    for (const auto& row : table) {
        const auto decoded = decode_base64(row.text);
        ASSERT_TRUE(decoded) << row.text;
        EXPECT_EQ(as_text(decoded->bytes()), row.decoded);
    }
}

TEST(Base64, ErrorsAreLocated) {
    struct Row {
        std::string_view text;
        std::size_t offset;
    };
    const std::vector<Row> table = {
        {"Zm9v*", 4}, {"=Zg=", 0}, {"Z===", 1}, {"Zg==Zg==", 4}, {"Zg===", 4},
        {"Zg", 2},    {"Zg=", 3},  {"Z", 1},    {"Zm9v-", 4},    {"Zm9v=", 4},
    };
    for (const auto& row : table) {
        const auto decoded = decode_base64(row.text);
        ASSERT_FALSE(decoded) << row.text;
        EXPECT_EQ(decoded.error(), row.offset) << row.text;
    }
}

} // namespace
} // namespace bgs2::pki
