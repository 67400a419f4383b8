// SPDX-License-Identifier: Apache-2.0
// Early ends of a conversation: timeout, interruption, cancellation, hang-up.
#include "daemon/at/channel.h"
#include "tests/support/conversation.h"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::at {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using ChannelEndTalk = asio::awaitable<void>;

/// More than a pty accepts before its other side reads.
const Bytes endless(1'000'000, std::byte{0x55});

const Error stop{ErrorCode::cancelled, "the job was cancelled", "ask again"};
const Error unplugged{ErrorCode::device_gone, "it was pulled out", ""};

class ChannelErrorTest : public test::Conversation {};

TEST_F(ChannelErrorTest, ReportsATimeoutAtTheDeadline) {
    converse([&]() -> ChannelEndTalk {
        const auto begin = Channel::Clock::now();
        const Error error = co_await error_of(channel().command("AT+CGSN", 50ms));
        EXPECT_GE(Channel::Clock::now() - begin, 50ms);
        EXPECT_EQ(error.code, ErrorCode::modem_timeout);
        EXPECT_THAT(error.what, AllOf(HasSubstr(module().node()), HasSubstr("AT+CGSN")));
    });
}

TEST_F(ChannelErrorTest, DoesNotExtendTheTimeoutForPartialLinesOrUrcs) {
    converse(
        [&]() -> ChannelEndTalk { co_await module().expect("AT", "\r\n+CIEV: battchg,5\r\n\r\nRING\r\nO"); },
        [&]() -> ChannelEndTalk {
            const Error error = co_await error_of(channel().command("AT", 50ms));
            EXPECT_EQ(error.code, ErrorCode::modem_timeout);
        });
}

TEST_F(ChannelErrorTest, TimesOutDespiteAContinuousStreamOfLines) {
    bool done = false;
    converse(
        [&]() -> ChannelEndTalk {
            asio::steady_timer pace(context());
            while (!done) {
                co_await module().send("$GPGGA,1\r\n$GPGGA,2\r\n$GPGGA,3\r\n");
                pace.expires_after(1ms); // or the pty would be full when nobody reads it any more
                co_await pace.async_wait(asio::use_awaitable);
            }
        },
        [&]() -> ChannelEndTalk {
            const Error error = co_await error_of(channel().command("AT", 50ms));
            EXPECT_EQ(error.code, ErrorCode::modem_timeout);
            done = true;
        });
}

TEST_F(ChannelErrorTest, AppliesAZeroTimeoutEvenIfALineIsAvailable) {
    converse([&]() -> ChannelEndTalk { co_await module().send("first\r\nsecond\r\n"); },
             [&]() -> ChannelEndTalk {
                 EXPECT_EQ(co_await channel().line(5s), "first");
                 EXPECT_EQ((co_await error_of(channel().line(0s))).code, ErrorCode::modem_timeout);
                 EXPECT_EQ(co_await channel().line(5s), "second");
             });
}

TEST_F(ChannelErrorTest, ReportsTheUnsentBytesWhenSendingTimesOut) {
    converse([&]() -> ChannelEndTalk {
        std::size_t sent = 0;
        const Error error = co_await error_of(
            channel().send_bytes(endless, 50ms, [&](std::size_t so_far) { sent = so_far; }));
        EXPECT_EQ(error.code, ErrorCode::modem_timeout);
        EXPECT_THAT(error.what, HasSubstr(std::to_string(endless.size() - sent)));
        EXPECT_THAT(error.hint, HasSubstr("flow control"));
    });
}

TEST_F(ChannelErrorTest, ReportsDeviceGoneAfterAHangUp) {
    converse(
        [&]() -> ChannelEndTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            module().hang_up();
        },
        [&]() -> ChannelEndTalk {
            const Error error = co_await error_of(channel().command("AT", 5s));
            EXPECT_EQ(error.code, ErrorCode::device_gone);
            EXPECT_THAT(error.what, HasSubstr(module().node()));
            EXPECT_THAT(error.hint, HasSubstr("check the cable"));
            const Error again = co_await error_of(channel().command("AT", 5s));
            EXPECT_EQ(again.code, ErrorCode::device_gone);
        });
}

TEST_F(ChannelErrorTest, DetectsAHangUpWhileIdle) {
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().send("\r\nRING\r\n");
            co_await module().wait_until_read();
            module().hang_up();
        },
        [&]() -> ChannelEndTalk {
            const Error error = co_await error_of(channel().idle(std::nullopt));
            EXPECT_EQ(error.code, ErrorCode::device_gone);
        });
}

TEST_F(ChannelErrorTest, DetectsAHangUpWhileSending) {
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().receive(100);
            module().hang_up();
        },
        [&]() -> ChannelEndTalk {
            const Error error = co_await error_of(channel().send_bytes(endless, 5s, {}));
            EXPECT_EQ(error.code, ErrorCode::device_gone);
        });
}

TEST_F(ChannelErrorTest, ReportsARestartAndAShutdownFromEveryWait) {
    const std::vector<std::function<asio::awaitable<Error>()>> waits{
        [&] { return error_of(channel().line(9s)); },
        [&] { return error_of(channel().idle(std::nullopt)); },
        [&] { return error_of(channel().command("AT", 9s)); },
        [&] { return error_of(channel().send_bytes(endless, 9s, {})); },
    };
    for (const auto& [urc, what] : std::vector<std::pair<std::string, std::string>>{
             {"^SYSSTART AIRPLANE MODE", "the modem restarted"}, {"^SHUTDOWN", "the modem shut down"}}) {
        for (const auto& wait : waits) {
            open(settings);
            bool ended = false;
            converse(
                [&]() -> ChannelEndTalk {
                    co_await module().send("\r\n" + urc + "\r\n");
                    asio::steady_timer pace(context());
                    while (!ended) { // room for the bytes that are being sent
                        if (module().has_unread())
                            co_await module().receive(1);
                        pace.expires_after(1ms);
                        co_await pace.async_wait(asio::use_awaitable);
                    }
                },
                [&]() -> ChannelEndTalk {
                    const Error error = co_await wait();
                    EXPECT_EQ(error.code, ErrorCode::device_gone);
                    EXPECT_THAT(error.what, testing::StartsWith(what));
                    EXPECT_EQ((co_await error_of(channel().command("AT", 9s))).code, ErrorCode::device_gone)
                        << "the module has to be identified again";
                    ended = true;
                });
        }
    }
}

TEST_F(ChannelErrorTest, StopsSendingWhenTheModuleRestarts) {
    std::size_t sent = 0;
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().receive(100);
            co_await module().send("\r\n^SYSSTART\r\n");
        },
        [&]() -> ChannelEndTalk {
            const Error error = co_await error_of(
                channel().send_bytes(endless, 9s, [&](std::size_t so_far) { sent = so_far; }));
            EXPECT_EQ(error.what, "the modem restarted while data was sent to it");
        });
    EXPECT_LT(sent, endless.size());
}

TEST_F(ChannelErrorTest, IgnoresARestartThatIsExpected) {
    converse([&]() -> ChannelEndTalk { co_await module().expect("AT", "\r\n^SYSSTART\r\n\r\nOK\r\n"); },
             [&]() -> ChannelEndTalk {
                 const auto expected = channel().restart_expected();
                 EXPECT_TRUE((co_await channel().command("AT", 5s)).ok());
             });
}

TEST_F(ChannelErrorTest, ReturnsTheLinesBeforeARestart) {
    converse([&]() -> ChannelEndTalk { co_await module().expect("AT", "\r\nEND\r\n^SYSSTART\r\nOK\r\n"); },
             [&]() -> ChannelEndTalk {
                 co_await channel().send_line("AT");
                 EXPECT_EQ(co_await channel().line(5s), "END");
                 EXPECT_EQ((co_await error_of(channel().line(5s))).what,
                           "the modem restarted before it answered 'AT'");
             });
}

TEST_F(ChannelErrorTest, ReportsTheInterruptionErrorUntilResumed) {
    converse(
        [&]() -> ChannelEndTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            channel().interrupt(stop);
            co_await module().expect("ATI", "\r\nOK\r\n");
        },
        [&]() -> ChannelEndTalk {
            EXPECT_EQ(co_await error_of(channel().command("AT", 5s)), stop);
            EXPECT_EQ(co_await error_of(channel().command("AT", 5s)), stop);
            EXPECT_EQ(co_await error_of(channel().line(5s)), stop);
            EXPECT_EQ(co_await error_of(channel().idle(std::nullopt)), stop);
            channel().resume();
            EXPECT_TRUE((co_await channel().command("ATI", 5s)).ok());
        });
}

TEST_F(ChannelErrorTest, IsInterruptedWhileIdle) {
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().send("\r\nRING\r\n");
            co_await module().wait_until_read();
            channel().interrupt(unplugged);
        },
        [&]() -> ChannelEndTalk { EXPECT_EQ(co_await error_of(channel().idle(std::nullopt)), unplugged); });
}

TEST_F(ChannelErrorTest, IsInterruptedDuringThePauseBetweenCommands) {
    open({.settle = 60s});
    bool answered = false;
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().expect("AT", "\r\nOK\r\n");
            co_await until([&] { return answered; });
            channel().interrupt(stop);
        },
        [&]() -> ChannelEndTalk {
            co_await channel().command("AT", 5s);
            answered = true;
            EXPECT_EQ(co_await error_of(channel().command("AT", 5s)), stop);
        });
}

TEST_F(ChannelErrorTest, SendsTheWholeFrameBeforeItReportsAnInterruption) {
    const Bytes frame(20'000, std::byte{0x55});
    converse([&]() -> ChannelEndTalk { EXPECT_EQ(co_await module().receive(frame.size()), frame); },
             [&]() -> ChannelEndTalk {
                 std::size_t sent = 0;
                 co_await channel().send_bytes(frame, 5s, [&](std::size_t so_far) {
                     sent = so_far;
                     channel().interrupt(stop);
                     channel().wake();
                 });
                 EXPECT_EQ(sent, frame.size());
                 EXPECT_EQ(co_await error_of(channel().line(5s)), stop);
             });
}

TEST_F(ChannelErrorTest, DefersAnInterruptionDuringAnUninterruptedSection) {
    converse(
        [&]() -> ChannelEndTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            channel().interrupt(stop);
            co_await module().send("\r\nOK\r\n");
        },
        [&]() -> ChannelEndTalk {
            {
                const auto whole = channel().uninterrupted();
                EXPECT_TRUE((co_await channel().command("AT", 5s)).ok());
            }
            EXPECT_EQ(co_await error_of(channel().command("AT", 5s)), stop);
            EXPECT_THROW((void)channel().uninterrupted(), Exception);
        });
}

TEST_F(ChannelErrorTest, AbortsAFrameIfTheDeviceIsGone) {
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().receive(100);
            channel().interrupt(unplugged);
        },
        [&]() -> ChannelEndTalk {
            EXPECT_EQ(co_await error_of(channel().send_bytes(endless, 9s, {})), unplugged);
        });
}

TEST_F(ChannelErrorTest, ReportsACancellationFromEveryWait) {
    const std::vector<std::function<asio::awaitable<Error>()>> waits{
        [&] { return error_of(channel().line(9s)); },
        [&] { return error_of(channel().idle(std::nullopt)); },
        [&] { return error_of(channel().idle(Channel::Clock::now() + 9s)); },
        [&] { return error_of(channel().command("AT", 9s)); },
        [&] { return error_of(channel().send_bytes(endless, 9s, {})); },
    };
    for (const auto& wait : waits) {
        open(settings);
        bool waiting = false;
        converse(
            [&]() -> ChannelEndTalk {
                co_await until([&] { return waiting; });
                cancel_caller();
            },
            [&]() -> ChannelEndTalk {
                co_await asio::this_coro::throw_if_cancelled(false);
                waiting = true;
                EXPECT_EQ((co_await wait()).code, ErrorCode::cancelled);
            });
    }
}

TEST_F(ChannelErrorTest, ReportsACancellationDuringThePauseBetweenCommands) {
    open({.settle = 60s});
    bool answered = false;
    converse(
        [&]() -> ChannelEndTalk {
            co_await module().expect("AT", "\r\nOK\r\n");
            co_await until([&] { return answered; });
            cancel_caller();
        },
        [&]() -> ChannelEndTalk {
            co_await asio::this_coro::throw_if_cancelled(false);
            co_await channel().command("AT", 5s);
            answered = true;
            EXPECT_EQ((co_await error_of(channel().command("AT", 5s))).code, ErrorCode::cancelled);
        });
}

TEST_F(ChannelErrorTest, ReportsACancellationThatCoincidesWithAWake) {
    converse(
        [&]() -> ChannelEndTalk {
            EXPECT_EQ(co_await module().receive(), "AT");
            channel().wake();
            cancel_caller();
        },
        [&]() -> ChannelEndTalk {
            co_await asio::this_coro::throw_if_cancelled(false);
            EXPECT_EQ((co_await error_of(channel().command("AT", 5s))).code, ErrorCode::cancelled);
        });
}

TEST_F(ChannelErrorTest, ReportsACancellationThatPrecedesTheWait) {
    converse([&]() -> ChannelEndTalk {
        co_await asio::this_coro::throw_if_cancelled(false);
        cancel_caller();
        EXPECT_EQ((co_await error_of(channel().line(5s))).code, ErrorCode::cancelled);
        EXPECT_EQ((co_await error_of(channel().idle(std::nullopt))).code, ErrorCode::cancelled);
        EXPECT_EQ((co_await error_of(channel().command("AT", 5s))).code, ErrorCode::cancelled);
        EXPECT_FALSE(module().has_unread());
    });
}

} // namespace
} // namespace bgs2::at
