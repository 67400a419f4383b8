// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/trace.h"

#include <gtest/gtest.h>

#include <string>

namespace bgs2::cli {
namespace {

using at::Extent;

constexpr std::string_view beginning = "# bgs2d trace 2\n# port /dev/ttyUSB0\n# begun 2026-11-23T01:02:03Z\n";
constexpr std::string_view dialogue = R"(0.104 > "AT\r"
0.112 < "AT\r\r\nOK\r\n"
2.900 > "AT^SBNW=\"management_cert\",1\r"
2.950 < "\r\nCONNECT\r\n\r\nSECURE CMD READY: SEND COMMAND ...\r\n"
3.042 > bytes 0+6 of 12: 0c00030001..
3.050 > bytes 6+6 of 12: hidden
3.060 < hidden 12
3.100 < "\r\nSECURE CMD ERROR\r\n"
3.101 < "\r\nOK\r\n"
4.000 > "AT^SBNW=is_cert,1\r"
4.042 > bytes 0+2 of 12: 0c00
# end
)";

TEST(Trace, IsDetectedByItsFirstLine) {
    EXPECT_TRUE(is_trace(beginning));
    EXPECT_TRUE(is_trace("# bgs2d trace 3\n"));
    EXPECT_FALSE(is_trace("# bgs2d\n"));
    EXPECT_FALSE(is_trace(""));
}

TEST(Trace, HasEachSecureCommandWithItsResult) {
    const auto commands = secure_commands(std::string(beginning) + std::string(dialogue)).value();
    ASSERT_EQ(commands.size(), 2U);
    EXPECT_EQ(commands[0].seconds, 3.042);
    EXPECT_EQ(commands[0].store, "management_cert");
    EXPECT_EQ(to_hex(commands[0].bytes), "0c0003000100000000000000");
    EXPECT_EQ(commands[0].hidden, (std::vector<Extent>{{.offset = 5, .size = 7}}));
    EXPECT_EQ(commands[0].result, "SECURE CMD ERROR");
    EXPECT_TRUE(commands[0].is_whole());
    EXPECT_EQ(commands[1].store, "is_cert");
    EXPECT_EQ(commands[1].result, "");
    EXPECT_FALSE(commands[1].is_whole());
}

TEST(Trace, NamesAnInvalidLine) {
    for (const auto* line :
         {"nonsense", "1.0 > ", "1.0 > \"AT", R"(1.0 > "\x4")", "1.0 > bytes 0+6 of 5: hidden",
          "1.0 > bytes 0+2 of 5: 0g00", "1.0 > bytes 0+2 of 5: 0c", "1.0 > bytes 2+2 of 5: hidden",
          "1.0 > bytes 0+9 of 99999: hidden"}) {
        const auto commands = secure_commands(std::string(beginning) + line + "\n");
        ASSERT_FALSE(commands) << line;
        EXPECT_TRUE(commands.error().what.starts_with("line 4 ")) << commands.error().what;
    }
    EXPECT_EQ(secure_commands("# bgs2d trace 3\n").error().code, ErrorCode::not_supported);
}

TEST(Trace, AcceptsAnIncompleteLastLine) {
    EXPECT_TRUE(secure_commands(std::string(beginning) + "0.104 > \"A"));
}

} // namespace
} // namespace bgs2::cli
