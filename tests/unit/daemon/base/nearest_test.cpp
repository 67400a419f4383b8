// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace bgs2 {
namespace {

constexpr std::array<std::string_view, 6> keys{"index",      "certificate", "private-key",
                                               "passphrase", "format",      "key-format"};

TEST(Nearest, CorrectsATypo) {
    EXPECT_EQ(nearest("private_key", keys), "private-key");
    EXPECT_EQ(nearest("certifcate", keys), "certificate");
    EXPECT_EQ(nearest("certificates", keys), "certificate");
    EXPECT_EQ(nearest("fromat", keys), "format");
    EXPECT_EQ(nearest("idnex", keys), "index");
    EXPECT_EQ(nearest("Index", keys), "index");
    EXPECT_EQ(nearest("keyformat", keys), "key-format");
}

TEST(Nearest, ReturnsNothingWithoutACloseMatch) {
    EXPECT_EQ(nearest("", keys), std::nullopt);
    EXPECT_EQ(nearest("sign", keys), std::nullopt);
    EXPECT_EQ(nearest("renew-before", keys), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'x'), keys), std::nullopt);
    EXPECT_EQ(nearest("index", {}), std::nullopt);
}

} // namespace
} // namespace bgs2
