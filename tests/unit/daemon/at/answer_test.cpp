// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/answer.h"

#include <gtest/gtest.h>

namespace bgs2::at {
namespace {

TEST(Answer, EndsWithAFinalResultLine) {
    for (const std::string_view line :
         {"OK", "ERROR", "+CME ERROR: unknown", "+CME ERROR: 100", "+CMS ERROR: 500"})
        EXPECT_TRUE(is_final(line)) << line;
    for (const std::string_view line : {"", "ok", "OKAY", "CONNECT", "SECURE CMD END OK", "SECURE CMD ERROR",
                                        "ERRORS", "+CREG: 0,1", "RING", "NO CARRIER", "BUSY"})
        EXPECT_FALSE(is_final(line)) << line;
}

TEST(Answer, IsOkOnlyForTheResultOk) {
    EXPECT_TRUE((Answer{.lines = {}, .result = "OK"}.ok()));
    EXPECT_FALSE((Answer{.lines = {}, .result = "ERROR"}.ok()));
    EXPECT_FALSE(Answer{}.ok());
}

TEST(Answer, IsUnknownOnlyForErrorsThatSayTheCommandIs) {
    for (const std::string_view line : {"ERROR", "+CME ERROR: unknown", "+CME ERROR: operation not supported",
                                        "+CME ERROR: 100", "+CME ERROR: 4"})
        EXPECT_TRUE(is_unknown(line)) << line;
    for (const std::string_view line :
         {"OK", "", "+CME ERROR: operation temporary not allowed", "+CME ERROR: 256", "+CME ERROR: SIM busy",
          "+CME ERROR: 40", "+CME ERROR"})
        EXPECT_FALSE(is_unknown(line)) << line;
}

TEST(Urc, IsDetectedAmongTheLinesOfAnAnswer) {
    for (const std::string_view line : {"^SYSLOADING",
                                        "^SYSSTART",
                                        "^SYSSTART AIRPLANE MODE",
                                        "^SYSSTART FACTORY TEST MODE",
                                        "^SYSSTART ALARM MODE",
                                        "^SYSRESUME",
                                        "^SHUTDOWN",
                                        "^SSIM READY",
                                        "+PBREADY",
                                        "+CREG: 1",
                                        "+CGREG: 0",
                                        "+CEREG: 5",
                                        "+CGEV: ME DETACH",
                                        "+CTZU: \"26/11/26,16:00:00\",+4",
                                        "+CTZE: +4,0",
                                        "+CIEV: battchg,5",
                                        "+CIEV: is_cert,0,\"a\"",
                                        "+CLIP: \"+4930123\",145",
                                        "+CCWA: \"+4930123\",145,1",
                                        "+CRING: VOICE",
                                        "RING",
                                        "NO CARRIER",
                                        "NO ANSWER",
                                        "BUSY",
                                        "+CMT: ,24",
                                        "+CMTI: \"SM\",1",
                                        "+CDS: 24",
                                        "+CBM: 88",
                                        "+CUSD: 0",
                                        "+CALA: \"26/11/26,16:00:00\"",
                                        "^SBC: Undervoltage",
                                        "^SCKS: 1",
                                        "^SCTM_A: 1",
                                        "^SCTM_B: 1",
                                        "^SMGO: 1",
                                        "^SIS: 0,0,66,\"Peer certificate is not confirmed\"",
                                        "^SISW: 0,1",
                                        "^SISR: 0,1",
                                        "^SUSPEND_NOT_READY",
                                        "^SSECUA: \"CertStore/TLS/UpdateServerCerts\",1,1",
                                        "^SNFOTA: act,1",
                                        "^SUSRW: 1",
                                        "^SCPOL: 1",
                                        "^SRADC: 0,1",
                                        "^SSTN: 1",
                                        "^SUSMA: \"a\"",
                                        "^SRVACT: 1",
                                        "^SNLWM2M: 1",
                                        "^SGPSE: 1",
                                        "+CEDRXP: 4",
                                        "+CCIOTOPTI: 3",
                                        "+CRTDCP: 1",
                                        "+UNKNOWN",
                                        "^UNKNOWN: 1,2"})
        EXPECT_TRUE(is_urc(line, "AT+CGSN")) << line;
}

TEST(Urc, DoesNotMatchAnswerLines) {
    for (const std::string_view line :
         {"", "OK", "ERROR", "Cinterion", "356938035643809", "SECURE CMD END OK", "CONNECT", "RINGING",
          "+CME ERROR: unknown", "+CMS ERROR: 500", "+CGSN: 356938035643809", "^SBNR: 0, size: \"1\"",
          "^SBNW: (\"is_cert\"),(1)"})
        EXPECT_FALSE(is_urc(line, "AT+CGSN")) << line;
}

TEST(Urc, IsTreatedAsAnAnswerToTheMatchingQuery) {
    EXPECT_FALSE(is_urc("+CREG: 0,1", "AT+CREG?"));
    EXPECT_FALSE(is_urc("^SCKS: 0,1", "AT^SCKS?"));
    EXPECT_TRUE(is_urc("+CREG: 1", "AT+CGREG?"));
    EXPECT_FALSE(is_urc("^SBNR: 0, size: \"1\"", "AT^SBNR=\"is_cert\""));
    EXPECT_FALSE(is_urc("^SBNW: (\"is_cert\"),(1)", "AT^SBNW=?"));
    EXPECT_TRUE(is_urc("^SBNRX: 0", "AT^SBNR=\"is_cert\""));
}

TEST(Urc, IndicatesARestartOnlyForSysstart) {
    EXPECT_TRUE(is_restart("^SYSSTART"));
    EXPECT_TRUE(is_restart("^SYSSTART AIRPLANE MODE"));
    EXPECT_FALSE(is_restart("^SYSLOADING"));
    EXPECT_FALSE(is_restart("OK"));
    EXPECT_TRUE(is_shutdown("^SHUTDOWN"));
    EXPECT_FALSE(is_shutdown("^SYSSTART"));
}

TEST(Urc, HasABodyIfItBringsAMessage) {
    for (const auto* urc : {"+CMT: ,23", "+CMT: \"+49\",,\"26/11/26\"", "+CBM: 88", "+CDS: 25"})
        EXPECT_TRUE(has_body(urc)) << urc;
    for (const auto* urc : {"+CDS: 6,1,\"+49\",145", "+CMTI: \"SM\",1", "+CREG: 1", "RING"})
        EXPECT_FALSE(has_body(urc)) << urc;
}

} // namespace
} // namespace bgs2::at
