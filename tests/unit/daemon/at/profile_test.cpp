// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/profile.h"
#include "tests/support/conversation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;
using ProfileTalk = asio::awaitable<void>;

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
};

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
