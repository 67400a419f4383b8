// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/channel.h"
#include "tests/support/conversation.h"

#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;
using ChannelTalk = asio::awaitable<void>;
using ChannelLines = std::vector<std::string>;

const Answer imei_answer{.lines = {"356938035643809"}, .result = "OK"};
const Answer failed_answer{.lines = {"x"}, .result = "+CME ERROR: SIM busy"};
const ChannelLines registration{"+CREG: 0,1"};
const ChannelLines rest_of_line{"ne"};
const ChannelLines model{"BGS2-W"}; // g++ 12 cannot make lists within a coroutine's expression

class ChannelTest : public test::Conversation {};

TEST_F(ChannelTest, EndsItsCommandsWithOneCarriageReturn) {
    converse(
        [&]() -> ChannelTalk {
            EXPECT_EQ(as_text(co_await module().receive(3)), "AT\r");
            co_await module().send("\r\nOK\r\n");
        },
        [&]() -> ChannelTalk {
            EXPECT_TRUE((co_await channel().command("AT", 5s)).ok());
            EXPECT_FALSE(module().has_unread());
        });
}

TEST_F(ChannelTest, CollectsAnAnswerWithoutEchoAndUrcs) {
    const std::vector<std::string> replies{
        "\r\n356938035643809\r\n\r\nOK\r\n",
        "AT+CGSN\r\r\n356938035643809\r\n\r\nOK\r\n",
        "AT+CGSN\r\r\n+CIEV: battchg,5\r\n\r\n356938035643809\r\n^SCKS: 1\r\n\r\nOK\r\n",
        "\r\nRING\r\nAT+CGSN\r\n356938035643809\r\nRING\r\nOK\r\n",
    };
    for (const std::string& reply : replies) {
        SCOPED_TRACE(reply);
        converse([&]() -> ChannelTalk { co_await module().expect("AT+CGSN", reply); },
                 [&]() -> ChannelTalk { EXPECT_EQ(co_await channel().command("AT+CGSN", 5s), imei_answer); });
    }
}

TEST_F(ChannelTest, ReportsTheErrorResultOfACommand) {
    converse(
        [&]() -> ChannelTalk {
            co_await module().expect("AT+COPS=?", "\r\nx\r\n\r\n+CME ERROR: SIM busy\r\n");
        },
        [&]() -> ChannelTalk { EXPECT_EQ(co_await channel().command("AT+COPS=?", 5s), failed_answer); });
}

TEST_F(ChannelTest, TreatsAUrcAsTheAnswerToItsQuery) {
    converse([&]() -> ChannelTalk { co_await module().expect("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"); },
             [&]() -> ChannelTalk {
                 EXPECT_EQ((co_await channel().command("AT+CREG?", 5s)).lines, registration);
             });
}

TEST_F(ChannelTest, WaitsForTheRestOfAPartialLine) {
    converse(
        [&]() -> ChannelTalk {
            EXPECT_EQ(co_await module().receive(), "AT+CGMM");
            co_await module().send("\r\nBGS");
            co_await module().wait_until_read();
            co_await module().send("2-W\r\n\r\nO");
            co_await module().wait_until_read();
            co_await module().send("K\r\n");
        },
        [&]() -> ChannelTalk { EXPECT_EQ((co_await channel().command("AT+CGMM", 5s)).lines, model); });
}

TEST_F(ChannelTest, LeavesAPauseBetweenAnAnswerAndTheNextCommand) {
    constexpr auto settle = 60ms;
    open({.settle = settle});
    Channel::Clock::time_point answered;
    converse(
        [&]() -> ChannelTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            answered = Channel::Clock::now();
            co_await module().send("\r\nOK\r\n");
            EXPECT_EQ(co_await module().receive(), "ATI1");
            EXPECT_GE(Channel::Clock::now() - answered, settle);
            co_await module().send("\r\nOK\r\n");
        },
        [&]() -> ChannelTalk {
            co_await channel().command("AT", 5s);
            co_await channel().command("ATI1", 5s);
        });
}

TEST_F(ChannelTest, AppliesAChangedSettleTime) {
    channel().apply({.settle = 60ms});
    converse(
        [&]() -> ChannelTalk {
            co_await module().expect("AT", "\r\nOK\r\n");
            co_await module().expect("AT", "\r\nOK\r\n");
        },
        [&]() -> ChannelTalk {
            const auto begin = Channel::Clock::now();
            co_await channel().command("AT", 5s);
            co_await channel().command("AT", 5s);
            EXPECT_GE(Channel::Clock::now() - begin, 60ms);
        });
}

TEST_F(ChannelTest, DiscardsALateAnswerBeforeTheNextCommand) {
    const std::string late = "\r\nlate\r\n\r\nOK\r\n";
    converse(
        [&]() -> ChannelTalk {
            EXPECT_EQ(co_await module().receive(), "AT+COPS?");
            EXPECT_EQ(co_await module().receive(), "AT+CGMM");
            co_await module().send("\r\nBGS2-W\r\n\r\nOK\r\n");
        },
        [&]() -> ChannelTalk {
            const Error error = co_await error_of(channel().command("AT+COPS?", 20ms));
            EXPECT_EQ(error.code, ErrorCode::modem_timeout);
            co_await module().send(late);
            co_await module().wait_until_pending(late.size());
            EXPECT_EQ((co_await channel().command("AT+CGMM", 5s)).lines, model);
        });
}

TEST_F(ChannelTest, DropsTheBodyOfAMessageWithItsUrc) {
    const std::string reply = "\r\n+CMT: ,23\r\n0791947101\r\n\r\nBGS2-W\r\n\r\n+CBM: 88\r\n\r\nOK\r\n";
    converse([&]() -> ChannelTalk { co_await module().expect("AT+CGMM", reply); },
             [&]() -> ChannelTalk { EXPECT_EQ((co_await channel().command("AT+CGMM", 5s)).lines, model); });
}

TEST_F(ChannelTest, ReturnsTheAnswerThatFollowsALateOk) {
    const std::string reply = "\r\nOK\r\n\r\nBGS2-W\r\n\r\nOK\r\n";
    const auto has_line = [](const Answer& answer) { return !answer.lines.empty(); };
    converse([&]() -> ChannelTalk { co_await module().expect("AT+CGMM", reply); },
             [&]() -> ChannelTalk {
                 EXPECT_EQ((co_await channel().command("AT+CGMM", 5s, has_line)).lines, model);
             });
    converse([&]() -> ChannelTalk { co_await module().expect("AT+CGMM", "\r\nOK\r\n"); },
             [&]() -> ChannelTalk {
                 const Answer answer = co_await channel().command("AT+CGMM", 5s, has_line);
                 EXPECT_EQ(answer, (Answer{.lines = {}, .result = "OK"})) << "it stays the answer";
             });
}

TEST_F(ChannelTest, AcceptsOneLateFinal) {
    EXPECT_FALSE(channel().is_late_final("OK"));
    channel().expect_late_final();
    EXPECT_FALSE(channel().is_late_final("ERROR"));
    EXPECT_TRUE(channel().is_late_final("OK"));
    EXPECT_FALSE(channel().is_late_final("OK"));
}

TEST_F(ChannelTest, DiscardsPendingInputOnReset) {
    const std::string old = "\r\nOK\r\nhalf a li";
    converse([&]() -> ChannelTalk { co_await module().expect("AT", "ne\r\nOK\r\n"); },
             [&]() -> ChannelTalk {
                 co_await module().send(old);
                 co_await module().wait_until_pending(old.size());
                 channel().reset();
                 EXPECT_EQ((co_await channel().command("AT", 5s)).lines, rest_of_line);
             });
}

TEST_F(ChannelTest, SendsTheLargestFrameToASlowReader) {
    Bytes frame(0xffff);
    for (std::size_t i = 0; i < frame.size(); ++i)
        frame[i] = static_cast<std::byte>(i * 7);
    std::vector<std::size_t> progress;
    converse(
        [&]() -> ChannelTalk {
            Bytes received;
            while (received.size() < frame.size()) {
                const Bytes part =
                    co_await module().receive(std::min<std::size_t>(257, frame.size() - received.size()));
                received.insert(received.end(), part.begin(), part.end());
            }
            EXPECT_EQ(received, frame);
        },
        [&]() -> ChannelTalk {
            co_await channel().send_bytes(frame, 9s, [&](std::size_t sent) { progress.push_back(sent); });
        });
    EXPECT_TRUE(std::ranges::is_sorted(progress));
    ASSERT_FALSE(progress.empty());
    EXPECT_EQ(progress.back(), frame.size());
    EXPECT_FALSE(module().has_unread());
}

TEST_F(ChannelTest, IsIdleUntilItIsWoken) {
    converse(
        [&]() -> ChannelTalk {
            co_await module().send("\r\n+CIEV: battchg,5\r\n\r\nnoise\r\n");
            co_await module().wait_until_read();
            channel().wake();
        },
        [&]() -> ChannelTalk { co_await channel().idle(std::nullopt); });
}

TEST_F(ChannelTest, IsIdleUntilTheDeadline) {
    converse([&]() -> ChannelTalk {
        const auto deadline = Channel::Clock::now() + 30ms;
        co_await channel().idle(deadline);
        EXPECT_GE(Channel::Clock::now(), deadline);
    });
}

TEST_F(ChannelTest, KeepsAWakeReceivedDuringACommand) {
    converse(
        [&]() -> ChannelTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            channel().wake();
            co_await module().send("\r\nOK\r\n");
        },
        [&]() -> ChannelTalk {
            EXPECT_TRUE((co_await channel().command("AT", 5s)).ok());
            co_await channel().idle(std::nullopt);
            const auto deadline = Channel::Clock::now() + 20ms;
            co_await channel().idle(deadline); // once woken is once
            EXPECT_GE(Channel::Clock::now(), deadline);
        });
}

} // namespace
} // namespace bgs2::at
