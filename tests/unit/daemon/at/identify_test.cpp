// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/identify.h"
#include "tests/support/conversation.h"

#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;
using IdentifyTalk = asio::awaitable<void>;
using IdentifyLines = std::vector<std::string>;
using Replies = std::map<std::string, std::string>;

const std::string ok = "\r\nOK\r\n";
const std::string error_line = "\r\nERROR\r\n";
const std::string imei_reply = "\r\n356938035643809\r\n\r\nOK\r\n";

const IdentifyLines mine{"mine"};
const std::string mine_reply = "\r\nmine\r\n\r\nOK\r\n";
const std::string profile = "ATQ0V1E0";
const IdentifyLines first_three{"AT", profile, "AT"};
const Replies awake{{"AT", "\r\nOK\r\n"}, {profile, "\r\nOK\r\n"}};

const ModuleIdentity bgs2{
    .manufacturer = "Cinterion", .model = "BGS2-W", .revision = "01.301", .imei = "356938035643809"};

constexpr SyncTimeouts patient{.attempts = 6, .interval = 100ms};
constexpr SyncTimeouts lenient{.attempts = 6, .interval = 500ms};
constexpr SyncTimeouts impatient{.attempts = 6, .interval = 30ms};

class IdentifyTest : public test::Conversation {
  protected:
    /// A module that says what stands in `replies` and ERROR to all else, until it has heard `last`.
    Script answering(const Replies& replies, const std::string& last) {
        return [this, replies, last] { return reply(replies, last); };
    }

    asio::awaitable<void> reply(Replies replies, std::string last) {
        do {
            received_.push_back(co_await module().receive());
            const auto found = replies.find(received_.back());
            co_await module().send(found == replies.end() ? error_line : found->second);
        } while (received_.back() != last);
    }

    /// Says it when what was said before is dealt with, as over a slow line.
    asio::awaitable<void> say_late(std::string text) {
        co_await module().wait_until_read();
        asio::steady_timer line(context(), 20ms);
        co_await line.async_wait(asio::use_awaitable);
        co_await module().send(std::move(text));
    }

    /// As slowly, OK to every command up to ATI.
    asio::awaitable<void> reply_late() {
        for (std::string command = co_await module().receive(); command != "ATI";
             command = co_await module().receive())
            co_await say_late(ok);
        co_await say_late(mine_reply);
    }

    IdentifyLines received_;
};

TEST_F(IdentifyTest, RecognisesABgs2) {
    const Replies replies{
        {"ATI1", "\r\nCinterion\r\nBGS2-W\r\nREVISION 01.301\r\nA-REVISION 01.000.00\r\n\r\nOK\r\n"},
        {"AT+CGSN", imei_reply},
        {"AT+CMEE=2", ok}};
    converse(answering(replies, "AT+CMEE=2"),
             [&]() -> IdentifyTalk { EXPECT_EQ(co_await identify(channel()), bgs2); });
    EXPECT_EQ(received_, (IdentifyLines{"ATI1", "AT+CGSN", "AT+CMEE=2"}));
}

TEST_F(IdentifyTest, QueriesEachPropertyIfAti1IsUnsupported) {
    const Replies replies{{"AT+CGMI", "\r\nCinterion\r\n\r\nOK\r\n"},
                          {"AT+CGMM", "\r\nBGS2-W\r\n\r\nOK\r\n"},
                          {"AT+CGMR", "\r\nREVISION 01.301\r\n\r\nOK\r\n"},
                          {"AT+CGSN", imei_reply}};
    converse(answering(replies, "AT+CMEE=2"), // which this one refuses
             [&]() -> IdentifyTalk { EXPECT_EQ(co_await identify(channel()), bgs2); });
}

TEST_F(IdentifyTest, RefusesAForeignModemAfterReadOnlyQueries) {
    const Replies replies{{"AT+CGMI", "\r\nQuectel\r\n\r\nOK\r\n"},
                          {"AT+CGMM", "\r\nBG96\r\n\r\nOK\r\n"},
                          {"AT+CGMR", "\r\n1.0\r\n\r\nOK\r\n"}};
    converse(answering(replies, "AT+CGMR"), [&]() -> IdentifyTalk {
        const Error error = co_await error_of(identify(channel()));
        EXPECT_EQ(error.code, ErrorCode::not_supported);
        EXPECT_THAT(error.what, HasSubstr("Quectel BG96"));
        EXPECT_FALSE(module().has_unread());
    });
    EXPECT_EQ(received_, (IdentifyLines{"ATI1", "ATI1", "AT+CGMI", "AT+CGMM", "AT+CGMR"}));
}

TEST_F(IdentifyTest, RefusesADeviceThatRepliesOnlyOk) {
    const Replies replies{{"ATI1", ok}, {"AT+CGMI", ok}, {"AT+CGMM", ok}, {"AT+CGMR", ok}};
    converse(
        [&]() -> IdentifyTalk {
            co_await reply(replies, "AT+CGMR");
            co_await reply(replies, "AT+CGMR");
        },
        [&]() -> IdentifyTalk {
            EXPECT_EQ((co_await error_of(identify(channel()))).code, ErrorCode::not_supported);
        });
}

TEST_F(IdentifyTest, RefusesAModuleWithoutAnImei) {
    const Replies replies{{"ATI1", "\r\nCinterion\r\nBGS2-W\r\n\r\nOK\r\n"}};
    converse(
        [&]() -> IdentifyTalk {
            co_await reply(replies, "AT+CGSN");
            co_await reply(replies, "AT+CGSN");
        },
        [&]() -> IdentifyTalk {
            const Error error = co_await error_of(identify(channel()));
            EXPECT_EQ(error.code, ErrorCode::not_supported);
            EXPECT_THAT(error.what, HasSubstr("IMEI"));
        });
}

TEST_F(IdentifyTest, RepeatsEachQueryOnceAfterAnError) {
    const std::string busy = "\r\n+CME ERROR: operation temporary not allowed\r\n";
    converse(
        [&]() -> IdentifyTalk {
            for (const auto& [query, answer] : std::vector<std::pair<std::string, std::string>>{
                     {"ATI1", "\r\nCinterion\r\nBGS2-W\r\nREVISION 01.301\r\n\r\nOK\r\n"},
                     {"AT+CGSN", imei_reply}}) {
                co_await module().expect(query, busy);
                co_await module().expect(query, answer);
            }
            co_await module().expect("AT+CMEE=2", ok);
        },
        [&]() -> IdentifyTalk { EXPECT_EQ(co_await identify(channel()), bgs2); });
}

TEST_F(IdentifyTest, IgnoresUrcsWithinEachAnswer) {
    const Replies replies{{"ATI1",
                           "\r\n+PBREADY\r\n\r\nCinterion\r\n\r\nRING\r\n\r\n+CLIP: \"1\",145\r\nBGS2-W\r\n"
                           "^SNFOTA: act,1\r\nREVISION 01.301\r\n\r\nOK\r\n"},
                          {"AT+CGSN", "\r\n^UNKNOWN: 1\r\n" + imei_reply},
                          {"AT+CMEE=2", ok}};
    converse(answering(replies, "AT+CMEE=2"),
             [&]() -> IdentifyTalk { EXPECT_EQ(co_await identify(channel()), bgs2); });
}

TEST_F(IdentifyTest, ReportsAnExchangedModule) {
    const Replies replies{{"AT+CGSN", imei_reply}};
    converse(answering(replies, "AT+CGSN"), [&]() -> IdentifyTalk {
        const Error error = co_await error_of(require_imei(channel(), "356938035643817"));
        EXPECT_EQ(error.code, ErrorCode::device_gone);
        EXPECT_THAT(error.what, HasSubstr("the modem 356938035643809 is on"));
        EXPECT_THAT(error.what, HasSubstr("instead of 356938035643817"));
    });
}

TEST_F(IdentifyTest, IsNotShiftedByALateOk) {
    const Replies replies{{"ATI1", ok + "\r\nCinterion\r\nBGS2-W\r\nREVISION 01.301\r\n\r\nOK\r\n"},
                          {"AT+CGSN", ok + imei_reply},
                          {"AT+CMEE=2", ok}};
    converse(answering(replies, "AT+CMEE=2"),
             [&]() -> IdentifyTalk { EXPECT_EQ(co_await identify(channel()), bgs2); });
    EXPECT_EQ(received_, (IdentifyLines{"ATI1", "AT+CGSN", "AT+CMEE=2"}));
}

TEST_F(IdentifyTest, BringsAModuleWithStoredSettingsToAKnownForm) {
    struct Stored {
        const char* name;
        std::string at;      ///< the answer to AT before the settings
        std::string profile; ///< ... and to the profile
    };
    const std::vector<Stored> cases{
        {"V0", "0\r", ok},
        {"Q1", "", ok},
        {"E1", "AT\r" + ok, profile + "\r" + ok},
        {"V0 E1", "AT\r0\r", profile + "\r" + ok},
        {"Q1 V0 E1", "AT\r", profile + "\r" + ok},
    };
    for (const Stored& stored : cases) {
        SCOPED_TRACE(stored.name);
        received_.clear();
        const Replies replies{{"AT", stored.at}, {profile, stored.profile}};
        converse(
            [&]() -> IdentifyTalk {
                co_await reply(replies, profile);
                if (stored.at != "AT\r" + ok) // the first one was no question of its own
                    co_await reply(awake, profile);
                co_await module().expect("ATI", mine_reply);
            },
            [&]() -> IdentifyTalk {
                co_await synchronise(channel(), impatient);
                EXPECT_EQ((co_await channel().command("ATI", 5s)).lines, mine);
            });
        EXPECT_EQ(received_.front(), "AT");
    }
}

TEST_F(IdentifyTest, TurnsTheEchoOffIfTheModuleTakesNoChainOfCommands) {
    converse(answering({{"AT", ok}, {"ATE0", ok}}, "ATE0"),
             [&]() -> IdentifyTalk { co_await synchronise(channel(), impatient); });
    EXPECT_EQ(received_, (IdentifyLines{"AT", profile, "ATE0"}));
}

TEST_F(IdentifyTest, SaysThatTheModuleIsLocked) {
    converse(
        [&]() -> IdentifyTalk {
            for (unsigned i = 0; i < impatient.attempts; ++i) {
                co_await module().receive();
                co_await module().send(error_line);
            }
        },
        [&]() -> IdentifyTalk {
            const Error error = co_await error_of(synchronise(channel(), impatient));
            EXPECT_EQ(error.code, ErrorCode::modem_rejected);
            EXPECT_THAT(error.what, HasSubstr("locked"));
            EXPECT_THAT(error.hint, HasSubstr("ATIFC"));
        });
}

TEST_F(IdentifyTest, SaysThatTheLineIsInDataModeAndNeverInterruptsIt) {
    converse(
        [&]() -> IdentifyTalk {
            for (unsigned i = 0; i < impatient.attempts; ++i) {
                const std::string command = co_await module().receive();
                EXPECT_THAT(command, testing::Not(HasSubstr("+++")));
                co_await module().send("~\xff}#\xc0!}!}!} }$Z?~");
            }
        },
        [&]() -> IdentifyTalk {
            const Error error = co_await error_of(synchronise(channel(), impatient));
            EXPECT_EQ(error.code, ErrorCode::modem_timeout);
            EXPECT_THAT(error.what, HasSubstr("data mode"));
        });
}

TEST_F(IdentifyTest, WakesAModuleThatLosesTheFirstCommandAfterAPause) {
    converse([&]() -> IdentifyTalk { co_await reply(awake, "AT"); },
             [&]() -> IdentifyTalk { co_await channel().command("AT", 5s); });
    const auto begin = Channel::Clock::now();
    converse(
        [&]() -> IdentifyTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            co_await reply(awake, profile);
            co_await module().expect("AT+CGSN", imei_reply);
        },
        [&]() -> IdentifyTalk {
            co_await until([&] { return channel().quiet_for() > 1s; });
            co_await require_imei(channel(), "356938035643809");
        });
    EXPECT_LT(Channel::Clock::now() - begin, 4s);
}

TEST_F(IdentifyTest, DoesNotWakeAModuleThatAnsweredAMomentAgo) {
    converse(
        [&]() -> IdentifyTalk {
            co_await module().expect("AT+CGSN", imei_reply);
            co_await module().expect("AT+CGSN", imei_reply);
        },
        [&]() -> IdentifyTalk {
            co_await require_imei(channel(), "356938035643809");
            co_await require_imei(channel(), "356938035643809");
        });
}

TEST_F(IdentifyTest, TurnsTheEchoOffOnceTheModuleAnswers) {
    converse(answering({{"AT", "AT\r" + ok}, {profile, profile + "\r" + ok}}, profile),
             [&]() -> IdentifyTalk { co_await synchronise(channel(), impatient); });
    EXPECT_EQ(received_, (IdentifyLines{"AT", profile}));
}

TEST_F(IdentifyTest, RetriesWhileTheFirstAtCommandsAreIgnored) {
    converse(
        [&]() -> IdentifyTalk {
            for (const std::string& command : first_three)
                EXPECT_EQ(co_await module().receive(), command);
            co_await module().send(std::string("\xf0\0\x80\r\n", 5)); // autobauding is not done yet
            co_await reply(awake, profile);
            co_await reply(awake, profile);
        },
        [&]() -> IdentifyTalk { co_await synchronise(channel(), impatient); });
    EXPECT_THAT(received_, testing::Contains(profile));
}

TEST_F(IdentifyTest, StaysInSyncWhenDelayedAnswersArriveTogether) {
    channel().apply({.settle = 20ms});
    converse(
        [&]() -> IdentifyTalk {
            for (const std::string& command : first_three)
                EXPECT_EQ(co_await module().receive(), command);
            co_await module().send(ok + ok + ok);
            co_await reply(awake, profile);
            co_await module().expect("ATI", mine_reply);
        },
        [&]() -> IdentifyTalk {
            co_await synchronise(channel(), patient);
            EXPECT_EQ((co_await channel().command("ATI", 5s)).lines, mine);
        });
}

TEST_F(IdentifyTest, StaysInSyncWhenAnAnswerFollowsTheResultOfAFrame) {
    converse(
        [&]() -> IdentifyTalk {
            EXPECT_EQ(co_await module().receive(), "AT"); // the end of the frame of another program
            EXPECT_EQ(co_await module().receive(), profile);
            co_await module().send("\r\nSECURE CMD TO MANY DATA ERROR\r\n" + ok);
            co_await say_late(ok);
            co_await reply_late();
        },
        [&]() -> IdentifyTalk {
            co_await synchronise(channel(), lenient);
            EXPECT_EQ((co_await channel().command("ATI", 5s)).lines, mine);
        });
}

TEST_F(IdentifyTest, StaysInSyncAfterTheRestOfAStaleAnswer) {
    converse(
        [&]() -> IdentifyTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            co_await module().send("\r\n^SBNR: 9, size: \"0\"\r\n" + ok);
            co_await say_late(ok);
            co_await reply_late();
        },
        [&]() -> IdentifyTalk {
            co_await synchronise(channel(), lenient);
            EXPECT_EQ((co_await channel().command("ATI", 5s)).lines, mine);
        });
}

TEST_F(IdentifyTest, TimesOutAfterTheConfiguredNumberOfAttempts) {
    converse(
        [&]() -> IdentifyTalk {
            for (unsigned i = 0; i < impatient.attempts; ++i)
                EXPECT_EQ(co_await module().receive(), first_three[i % 2]);
        },
        [&]() -> IdentifyTalk {
            const Error error = co_await error_of(synchronise(channel(), impatient));
            EXPECT_EQ(error.code, ErrorCode::modem_timeout);
            EXPECT_THAT(error.what, HasSubstr(module().node()));
            EXPECT_FALSE(error.hint.empty());
        });
    EXPECT_FALSE(module().has_unread());
}

TEST_F(IdentifyTest, StopsSynchronisingWhenTheDeviceIsGone) {
    converse(
        [&]() -> IdentifyTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            module().hang_up();
        },
        [&]() -> IdentifyTalk {
            EXPECT_EQ((co_await error_of(synchronise(channel(), impatient))).code, ErrorCode::device_gone);
        });
}

TEST(Identification, IsParsedFromIncompleteOrUnorderedLines) {
    struct Case {
        IdentifyLines lines;
        ModuleIdentity identity;
    };
    const std::vector<Case> cases{
        {{}, {}},
        {{"Cinterion"}, {.manufacturer = "Cinterion", .model = "", .revision = "", .imei = ""}},
        {{"Cinterion", "BGS2-W", "REVISION 01.301", "A-REVISION 01.000.00"},
         {.manufacturer = "Cinterion", .model = "BGS2-W", .revision = "01.301", .imei = ""}},
        {{"REVISION 02.000", "Cinterion", "EHS6"},
         {.manufacturer = "Cinterion", .model = "EHS6", .revision = "02.000", .imei = ""}},
        {{"SYSTEM READY", "Cinterion", "EHS6"},
         {.manufacturer = "Cinterion", .model = "EHS6", .revision = "", .imei = ""}},
        {{"Quectel", "BG96"}, {.manufacturer = "Quectel", .model = "BG96", .revision = "", .imei = ""}},
        {{"SIEMENS", "356938035643809", "MC35i", "more", "and more"},
         {.manufacturer = "SIEMENS", .model = "MC35i", .revision = "", .imei = ""}},
    };
    for (const Case& c : cases)
        EXPECT_EQ(parse_identification(c.lines), c.identity) << testing::PrintToString(c.lines);
}

} // namespace
} // namespace bgs2::at
