// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Dialogue : public testing::Test {
  protected:
    Answer ask(std::string_view command) { return answers_.answer(command, now_); }

    std::chrono::steady_clock::time_point now_;
    Answers answers_{{.model = "BGS2-W", .revision = "01.301", .imei = "356938035643809"}, Profile{}, true};
};

TEST_F(Dialogue, ReportsTheIdentityOfTheModem) {
    EXPECT_THAT(ask("ATI").lines, ElementsAre("Cinterion", "BGS2-W", "REVISION 01.301"));
    EXPECT_THAT(ask("ati1").lines,
                ElementsAre("Cinterion", "BGS2-W", "REVISION 01.301", "A-REVISION 01.000.00"));
    EXPECT_THAT(ask("AT+CGSN").lines, ElementsAre("356938035643809"));
    EXPECT_EQ(ask("AT+CGSN=1").end, Answer::End::error);
}

TEST_F(Dialogue, AcceptsStoresWithAndWithoutQuotes) {
    for (const auto* command : {"AT^SBNW=is_cert,1", "AT^SBNW=\"is_cert\",1", "at^sbnw=IS_CERT,1"}) {
        EXPECT_EQ(ask(command).end, Answer::End::connect) << command;
        EXPECT_EQ(ask(command).store, "is_cert") << command;
    }
    EXPECT_EQ(ask("AT^SBNW=management_cert,1").store, "management_cert");
    EXPECT_EQ(ask("AT^SBNW=elsewhere,1").end, Answer::End::error);
    EXPECT_EQ(ask("AT^SBNW=is_cert").end, Answer::End::error);
    EXPECT_EQ(answers_.readback_store("AT^SBNR=\"is_cert\""), "is_cert");
    EXPECT_EQ(answers_.readback_store("AT^SBNR=is_cert"), "is_cert");
}

TEST_F(Dialogue, ReportsErrorsInTheFormatSetByCmee) {
    EXPECT_EQ(answers_.error_line("unknown", false), "ERROR");
    ask("AT+CMEE=2");
    EXPECT_EQ(answers_.error_line("unknown", false), "+CME ERROR: unknown");
    ask("AT+CMEE=1");
    EXPECT_EQ(answers_.error_line("unknown", false), "+CME ERROR: 100");
}

TEST_F(Dialogue, ItsClockShowsTheEpochUntilSetAndThenRuns) {
    EXPECT_THAT(ask("AT+CCLK?").lines, ElementsAre("+CCLK: \"02/01/01,00:00:00\""));
    EXPECT_EQ(ask("AT+CCLK=\"26/02/28,23:59:58\"").end, Answer::End::ok);
    now_ += 3s;
    EXPECT_THAT(ask("AT+CCLK?").lines, ElementsAre("+CCLK: \"26/03/01,00:00:01\""));
    for (const auto* wrong :
         {"AT+CCLK=\"26/02/30,00:00:00\"", "AT+CCLK=\"26/2/3,0:0:0\"", "AT+CCLK=", "AT+CCLK"})
        EXPECT_EQ(ask(wrong).end, Answer::End::error) << wrong;
}

TEST_F(Dialogue, SwitchesEchoOnAndOff) {
    ask("ATE1");
    EXPECT_TRUE(answers_.profile().echo);
    ask("ATE0");
    EXPECT_FALSE(answers_.profile().echo);
}

TEST_F(Dialogue, AcceptsChainsOfBasicCommandsUntilItRestarts) {
    EXPECT_EQ(ask("ATE1V0Q1").end, Answer::End::ok);
    EXPECT_EQ(answers_.profile(), (Profile{.echo = true, .verbose = false, .quiet = true}));
    EXPECT_EQ(ask("ATQ0V1Y").end, Answer::End::error);
    EXPECT_FALSE(answers_.profile().verbose);
    answers_.restart();
    EXPECT_EQ(answers_.profile(), Profile{});
}

TEST_F(Dialogue, AcceptsTheCommandsOfDialUpPrograms) {
    for (const auto* command :
         {"ATZ", "AT&F", "ATQ0 V1 E1 S0=0 &C1 &D2", "ATX3M0", "AT+CGDCONT=1,\"IP\",\"internet\""})
        EXPECT_EQ(ask(command), Answer{}) << command;
    for (const auto* command : {"ATS=1", "ATS0=", "AT&X", "AT&"})
        EXPECT_EQ(ask(command).end, Answer::End::error) << command;
}

TEST_F(Dialogue, RecognizesTheCommandsOfDataCalls) {
    for (const auto* command : {"ATD*99***1#", "ATD*99#", "atdt0123"})
        EXPECT_EQ(ask(command).end, Answer::End::dial) << command;
    EXPECT_EQ(ask("ATO").end, Answer::End::resume);
    EXPECT_EQ(ask("ATH").end, Answer::End::hang_up);
    EXPECT_EQ(ask("ATH0").end, Answer::End::hang_up);
}

TEST_F(Dialogue, ReturnsToTheStoredSettings) {
    ask("ATE1&W");
    ask("ATE0");
    ask("ATZ");
    EXPECT_TRUE(answers_.profile().echo);
    ask("ATE0&W");
    ask("AT&F");
    EXPECT_TRUE(answers_.profile().echo);
    answers_.restart();
    EXPECT_FALSE(answers_.profile().echo);
}

TEST_F(Dialogue, ReportsTheFormatOfErrors) {
    EXPECT_THAT(ask("AT+CMEE?").lines, ElementsAre("+CMEE: 0"));
    ask("AT+CMEE=2");
    EXPECT_THAT(ask("AT+CMEE?").lines, ElementsAre("+CMEE: 2"));
}

TEST_F(Dialogue, RejectsIsCertOnOldFirmware) {
    Answers old({.model = "BGS2-W", .revision = "01.200", .imei = "356938035643809"}, Profile{}, false);
    EXPECT_EQ(old.answer("AT^SBNW=is_cert,1", now_).end, Answer::End::cme_error);
    EXPECT_THAT(old.answer("AT^SBNW=?", now_).lines,
                ElementsAre(testing::Not(testing::HasSubstr("is_cert"))));
    EXPECT_EQ(old.answer("AT^SBNR=is_cert", now_).end, Answer::End::error);
}

} // namespace
} // namespace bgs2::sim
