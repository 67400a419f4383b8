// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/answer.h"

#include <gtest/gtest.h>

namespace bgs2::at {
namespace {

TEST(Answer, EndsWithAFinalResultLine) {
    for (const std::string_view line : {"OK", "ERROR", "NO CARRIER", "NO DIALTONE", "BUSY",
                                        "+CME ERROR: unknown", "+CME ERROR: 100", "+CMS ERROR: 500"})
        EXPECT_TRUE(is_final(line)) << line;
    for (const std::string_view line : {"", "ok", "OKAY", "CONNECT", "SECURE CMD END OK", "SECURE CMD ERROR",
                                        "ERRORS", "+CREG: 0,1", "RING"})
        EXPECT_FALSE(is_final(line)) << line;
}

TEST(Answer, IsOkOnlyForTheResultOk) {
    EXPECT_TRUE((Answer{.lines = {}, .result = "OK"}.ok()));
    EXPECT_FALSE((Answer{.lines = {}, .result = "ERROR"}.ok()));
    EXPECT_FALSE(Answer{}.ok());
}

TEST(Urc, IsDetectedAmongTheLinesOfAnAnswer) {
    for (const std::string_view line :
         {"^SYSSTART", "^SYSSTART AIRPLANE MODE", "^SYSLOADING", "^SHUTDOWN", "+CIEV: battchg,5",
          "+CIEV: is_cert,0,\"a\"", "+CREG: 1", "+CGREG: 0", "RING", "+CRING: VOICE", "+CMTI: \"SM\",1",
          "^SCKS: 1", "^SBC: Undervoltage"})
        EXPECT_TRUE(is_urc(line, "AT+CGSN")) << line;
}

TEST(Urc, DoesNotMatchAnswerLines) {
    for (const std::string_view line :
         {"", "OK", "Cinterion", "356938035643809", "^SBNR: 0, size: \"1\"", "^SBNW: (\"is_cert\"),(1)",
          "SECURE CMD END OK", "CONNECT", "^SYSSTARTED", "RINGING", "+CREGX: 1"})
        EXPECT_FALSE(is_urc(line, "AT+CGSN")) << line;
}

TEST(Urc, IsTreatedAsAnAnswerToTheMatchingQuery) {
    EXPECT_FALSE(is_urc("+CREG: 0,1", "AT+CREG?"));
    EXPECT_FALSE(is_urc("^SCKS: 0,1", "AT^SCKS?"));
    EXPECT_TRUE(is_urc("+CREG: 1", "AT+CGREG?"));
}

TEST(Urc, IndicatesARestartOnlyForSysstart) {
    EXPECT_TRUE(is_restart("^SYSSTART"));
    EXPECT_TRUE(is_restart("^SYSSTART AIRPLANE MODE"));
    EXPECT_FALSE(is_restart("^SYSLOADING"));
    EXPECT_FALSE(is_restart("OK"));
}

} // namespace
} // namespace bgs2::at
