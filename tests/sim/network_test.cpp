// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string_view>

namespace bgs2::sim {
namespace {

using testing::ElementsAre;

class RegisteredModule : public testing::Test {
  protected:
    RegisteredModule() { answers_.register_in(std::make_shared<Network>("Modem")); }

    Answer ask(std::string_view command) { return answers_.answer(command, now_); }

    std::chrono::steady_clock::time_point now_;
    Answers answers_{{.model = "BGS2-W", .revision = "01.301", .imei = "356938035643809"}, {}, true};
};

TEST_F(RegisteredModule, HasASimWithoutAPinAndASignal) {
    EXPECT_THAT(ask("AT+CPIN?").lines, ElementsAre("+CPIN: READY"));
    EXPECT_THAT(ask("AT+CIMI").lines, ElementsAre("001010123456789"));
    EXPECT_THAT(ask("at+csq").lines, ElementsAre("+CSQ: 21,0"));
}

TEST_F(RegisteredModule, IsRegisteredUnlessItsRadioIsOff) {
    EXPECT_THAT(ask("AT+CREG?").lines, ElementsAre("+CREG: 0,1"));
    EXPECT_EQ(ask("AT+CREG=2"), Answer{});
    EXPECT_THAT(ask("AT+CREG?").lines, ElementsAre("+CREG: 2,1,\"0143\",\"83BA\""));
    EXPECT_EQ(ask("AT+CFUN=4"), Answer{});
    EXPECT_THAT(ask("AT+CFUN?").lines, ElementsAre("+CFUN: 4"));
    EXPECT_THAT(ask("AT+CGREG?").lines, ElementsAre("+CGREG: 0,0"));
}

TEST_F(RegisteredModule, ReportsTheUseOfThePort) {
    EXPECT_THAT(ask("AT^SQPORT?").lines, ElementsAre("^SQPORT: Modem"));
}

TEST_F(RegisteredModule, StillAnswersTheCommandsOfTheStore) {
    EXPECT_EQ(ask("AT^SBNW=\"is_cert\",1").end, Answer::End::connect);
    EXPECT_THAT(ask("AT+CGSN").lines, ElementsAre("356938035643809"));
    EXPECT_EQ(ask("AT+NONE").end, Answer::End::error);
}

TEST(ModuleWithoutANetwork, RefusesTheCommandsOfTheNetwork) {
    Answers answers({.model = "BGS2-W", .revision = "01.301", .imei = "356938035643809"}, {}, true);
    EXPECT_EQ(answers.answer("AT+CREG?", {}).end, Answer::End::error);
}

} // namespace
} // namespace bgs2::sim
