// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/identify.h"
#include "daemon/at/profile.h"
#include "tests/support/conversation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;
using ProfileTalk = asio::awaitable<void>;

const std::string done = "\r\nOK\r\n";
constexpr SyncTimeouts timeouts{.attempts = 6, .interval = 500ms};

struct Exchange {
    std::string command;
    std::string reply;
};

class ProfileTest : public test::Conversation {
  protected:
    /// A module that expects these commands and no others.
    void restores(const FoundProfile& found, const std::vector<Exchange>& exchanges) {
        converse(
            [&]() -> ProfileTalk {
                for (const Exchange& exchange : exchanges)
                    co_await module().expect(exchange.command, exchange.reply);
            },
            [&]() -> ProfileTalk { co_await restore(channel(), found); });
        EXPECT_FALSE(module().has_unread());
    }

    /// synchronise() with a module that sends the replies to the first two commands, and is awake then.
    void finds(const FoundProfile& expected, const std::string& first, const std::string& second) {
        converse(
            [&]() -> ProfileTalk {
                co_await module().expect("AT", first);
                co_await module().expect(profile_command, second);
                co_await module().expect(profile_command, done);
            },
            [&]() -> ProfileTalk { EXPECT_EQ(co_await synchronise(channel(), timeouts), expected); });
    }
};

TEST_F(ProfileTest, IsQuietOnlyIfTheModuleEchoesAndSendsNoResult) {
    const std::string echoed_profile = std::string(profile_command) + "\r";
    finds({.echo = true, .quiet = true}, "AT\r", echoed_profile + done);
    finds({.echo = true}, "AT\r", done + echoed_profile + done); // a late answer to AT
    finds({}, "", done);                                         // it slept, or detected the rate
}

TEST_F(ProfileTest, HasAnEchoIfTheModuleEchoesTheFirstCommand) {
    for (const bool echo : {true, false}) {
        converse(
            [&]() -> ProfileTalk {
                co_await module().expect("AT", (echo ? "AT\r" : "") + done);
                co_await module().expect(profile_command, done);
            },
            [&]() -> ProfileTalk {
                const FoundProfile expected{.echo = echo};
                EXPECT_EQ(co_await synchronise(channel(), timeouts), expected);
            });
    }
}

TEST_F(ProfileTest, IsNumericUnlessThereWasNoise) {
    finds({.numeric = true}, "0\r", done);
    finds({.echo = true, .numeric = true}, "AT\r0\r", done);
    finds({}, "\xf0\r0\r", done);
}

TEST_F(ProfileTest, HasTheFormatOfErrorsThatTheModuleReports) {
    const std::vector<std::pair<std::string, std::optional<unsigned>>> cases{
        {"\r\n+CMEE: 0\r\n" + done, 0},
        {"\r\n+CMEE: 2\r\n" + done, 2},
        {"\r\nERROR\r\n", std::nullopt},
        {"\r\n+CMEE: 3\r\n" + done, std::nullopt},
        {"\r\n+CMEE: 1\r\nmore\r\n" + done, std::nullopt}};
    for (const auto& [reply, format] : cases) {
        FoundProfile found{.echo = true};
        converse(
            [&]() -> ProfileTalk {
                co_await module().expect("ATI1", "\r\nCinterion\r\nBGS2-W\r\n" + done);
                co_await module().expect("AT+CGSN", "\r\n356938035643809\r\n" + done);
                co_await module().expect("AT+CMEE?", reply);
                co_await module().expect("AT+CMEE=2", done);
            },
            [&]() -> ProfileTalk { co_await identify(channel(), &found); });
        EXPECT_EQ(found, (FoundProfile{.echo = true, .error_format = format})) << reply;
    }
}

TEST_F(ProfileTest, SendsNothingIfTheModuleHadTheSettingsOfBgs2d) {
    restores({}, {});
    restores({.error_format = 2}, {});
}

TEST_F(ProfileTest, RestoresTheSettingsByTwoCommandsAtMost) {
    restores({.echo = true}, {{"ATE1", "ATE1\r\r\nOK\r\n"}});
    restores({.echo = true, .error_format = 0}, {{"AT+CMEE=0", "\r\nOK\r\n"}, {"ATE1", "\r\nOK\r\n"}});
    restores({.echo = true, .numeric = true, .error_format = 1},
             {{"AT+CMEE=1", "\r\nOK\r\n"}, {"ATE1V0", "0\r"}});
}

TEST_F(ProfileTest, DoesNotWaitForAResultThatIsTurnedOff) {
    const auto begin = Channel::Clock::now();
    restores({.echo = true, .quiet = true}, {{"ATE1Q1", ""}});
    EXPECT_LT(Channel::Clock::now() - begin, 1s);
}

TEST_F(ProfileTest, ContinuesIfTheModuleRefusesOrDoesNotAnswer) {
    restores({.echo = true, .error_format = 0},
             {{"AT+CMEE=0", "\r\n+CME ERROR: unknown\r\n"}, {"ATE1", "\r\nERROR\r\n"}});
    restores({.numeric = true, .error_format = 0}, {{"AT+CMEE=0", ""}, {"ATV0", "4\r"}});
}

TEST_F(ProfileTest, ReportsThatTheModuleIsGone) {
    converse(
        [&]() -> ProfileTalk {
            co_await module().receive();
            module().hang_up();
        },
        [&]() -> ProfileTalk {
            const FoundProfile found{.echo = true};
            EXPECT_EQ((co_await error_of(restore(channel(), found))).code, ErrorCode::device_gone);
        });
}

} // namespace
} // namespace bgs2::at
