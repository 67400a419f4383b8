// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace bgs2::at {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Silence, IsDataModeIfAFrameOfPppArrives) {
    for (const auto text : {"~\xff}#\xc0!}!}!} }$Z?~"sv, "noise~\xff\x03\xc0!"sv})
        EXPECT_TRUE(contains_ppp(as_bytes(text))) << text;
    for (const auto text : {""sv, "~"sv, "~~~~"sv, "\xff\x7d#"sv, "AT\r\r\nOK\r\n"sv})
        EXPECT_FALSE(contains_ppp(as_bytes(text))) << text;
}

TEST(Silence, IsAMultiplexerIfAWholeFrameArrives) {
    const std::string extended = "\xf9\x03\xef\x02\x01"s + std::string(129, 'x') + "c\xf9";
    for (const std::string& text :
         {"\xf9\x03\x3f\x01\x1c\xf9"s, "\xf9\xf9\xf9\x07\xef\x05zz\x5d\xf9"s, extended})
        EXPECT_TRUE(contains_cmux(as_bytes(text)));
    for (const std::string& text : {""s, "\xf9"s, "\xf9\xf9\xf9\xf9\xf9\xf9"s, "\xf9\x03\x3f\x01\x1c\x1c"s,
                                    "\xf9\x03\xef\xff\x1c\xf9"s, "\xf9\x03\xef\x02\x01"s})
        EXPECT_FALSE(contains_cmux(as_bytes(text)));
}

TEST(Silence, IsExplainedByTheReceivedBytes) {
    const std::string node = "/dev/ttyS1";
    EXPECT_EQ(explain_silence(node, {}, false).what, "no answer on /dev/ttyS1");
    EXPECT_THAT(explain_silence(node, as_bytes("~\xff}#"sv), false).what, HasSubstr("data mode (PPP)"));
    EXPECT_THAT(explain_silence(node, as_bytes("\xf9\x03\x3f\x01\x1c\xf9"sv), false).what,
                HasSubstr("multiplexer"));
    EXPECT_THAT(explain_silence(node, {}, true).what, HasSubstr("locked"));
}

} // namespace
} // namespace bgs2::at
