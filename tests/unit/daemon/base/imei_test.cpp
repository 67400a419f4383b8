// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/imei.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

TEST(Imei, HasFifteenDigits) {
    EXPECT_TRUE(is_imei("356938035643809"));
    EXPECT_TRUE(is_imei("356938035643800")); // the check digit is not verified
    for (const std::string_view text :
         {"", "35693803564380", "3569380356438090", "35693803564380x", " 56938035643809", "-56938035643809"})
        EXPECT_FALSE(is_imei(text)) << text;
}

TEST(Imei, HasOneToFifteenDigitsAsASuffix) {
    for (const std::string_view text : {"9", "43809", "356938035643809"})
        EXPECT_TRUE(is_imei_suffix(text)) << text;
    for (const std::string_view text : {"", "4380x", "x43809", "43 09", "3569380356438090", "/dev/ttyS1"})
        EXPECT_FALSE(is_imei_suffix(text)) << text;
}

} // namespace
} // namespace bgs2
