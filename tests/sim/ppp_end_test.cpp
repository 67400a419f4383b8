// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/ppp_end.h"

#include <gtest/gtest.h>

#include <array>

namespace bgs2::sim {
namespace {

// As pppd sends it, and a Configure-Ack.
constexpr auto terminate_ack = std::to_array<std::uint8_t>(
    {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x26, 0x7d, 0x22, 0x7d, 0x20, 0x7d, 0x24, 0x52, 0xdd, 0x7e});
constexpr auto configure_ack = std::to_array<std::uint8_t>(
    {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x22, 0x7d, 0x22, 0x7d, 0x20, 0x7d, 0x24, 0x9f, 0x2c, 0x7e});

TEST(PppEnd, IsTheLastByteOfATerminateAck) {
    PppEnd end;
    EXPECT_EQ(end.find(configure_ack), std::nullopt);
    Bytes bytes(terminate_ack.begin(), terminate_ack.end());
    bytes.push_back(0x41);
    EXPECT_EQ(end.find(bytes), terminate_ack.size());
}

TEST(PppEnd, IsFoundInParts) {
    PppEnd end;
    for (std::size_t i = 0; i + 1 < terminate_ack.size(); ++i)
        ASSERT_EQ(end.find(ByteView(terminate_ack).subspan(i, 1)), std::nullopt) << i;
    EXPECT_EQ(end.find(ByteView(terminate_ack).last(1)), 1U);
}

} // namespace
} // namespace bgs2::sim
