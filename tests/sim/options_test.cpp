// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::variant<Options, EarlyExit> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"bgs2sim", "--pty", "/tmp/modem"});
    return parse_options(static_cast<int>(arguments.size()), arguments.data(), "1.0");
}

TEST(Options, ReadNumbersWithLeadingZerosAsDecimal) {
    const auto parsed = parse({"--settle", "0100", "--frame-gap", "010", "--baud", "09600"});
    const auto* options = std::get_if<Options>(&parsed);
    ASSERT_NE(options, nullptr);
    EXPECT_EQ(options->settle, 100ms);
    EXPECT_EQ(options->frame_gap, 10ms);
    EXPECT_EQ(options->baud, 9600U);
}

TEST(Options, RejectNumbersThatAreNotDecimalOrOutOfRange) {
    for (const auto* option : {"--settle", "--frame-gap", "--baud"}) {
        for (const auto* value : {"0x64", "+5", "1.5", "5ms", "5000000", ""}) {
            SCOPED_TRACE(std::string(option) + " " + value);
            const auto parsed = parse({option, value});
            const auto* exit = std::get_if<EarlyExit>(&parsed);
            ASSERT_NE(exit, nullptr);
            EXPECT_EQ(exit->exit_code, 2);
            EXPECT_THAT(exit->text, HasSubstr("is not a decimal number from"));
        }
    }
}

} // namespace
} // namespace bgs2::sim
