// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/slot_address.h"
#include "daemon/sbnw/dialogue.h"
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/result.h"
#include "tests/support/bytes.h"
#include "tests/support/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace bgs2::sbnw {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using Talk = asio::awaitable<void>;

const std::string store(word(Store::tls));
const std::string command = "AT^SBNW=is_cert,1";
const std::string ready = "\r\nCONNECT\r\n\r\nSECURE CMD READY: SEND COMMAND ...\r\n";
const std::string end_ok = "\r\nSECURE CMD END OK\r\n";
const std::string ok = "\r\nOK\r\n";

constexpr Deadlines long_deadlines{.ready = 5s, .result = 5s, .final = 5s, .slots = 5s, .stores = 5s};
constexpr Deadlines short_deadlines{
    .ready = 50ms, .result = 50ms, .final = 50ms, .slots = 50ms, .stores = 50ms};

const Error stop{ErrorCode::cancelled, "the job was cancelled", ""};
const Error unplugged{ErrorCode::device_gone, "it was pulled out", ""};

const std::vector<std::string> slot_lines{R"(^SBNR: 0, size: "861", thumbprint: "7FE7")",
                                          "^SBNR: 1, certificate is corrupted"};

class DialogueTest : public test::Conversation {
  protected:
    /// The module's part: asked for the store, hears the frame, and says `result`.
    asio::awaitable<void> take_frame(std::string result) {
        co_await module().expect(command, ready);
        co_await receive_frame();
        co_await module().send(std::move(result));
    }

    asio::awaitable<void> receive_frame() { EXPECT_EQ(co_await module().receive(frame_.size()), bytes_); }

    asio::awaitable<void> push_frame(Deadlines deadlines) {
        return push(channel(), store, frame_, {}, deadlines);
    }

    asio::awaitable<Error> error_of_push(Deadlines deadlines) { return error_of(push_frame(deadlines)); }

    /// The result that the module refused the frame with; nothing if it did not.
    asio::awaitable<std::optional<Result>> refusal(Deadlines deadlines) {
        try {
            co_await push_frame(deadlines);
        } catch (const Refusal& e) {
            co_return e.result();
        }
        co_return std::nullopt;
    }

    void use_frame(std::size_t size) {
        SecureCommand large;
        large.certificate = Bytes(size - 16, std::byte{0x0d}); // a CR must not mean anything in a frame
        frame_ = value_or_throw(encode(large));
        bytes_.assign(frame_.bytes().begin(), frame_.bytes().end());
    }

    pki::Secret frame_ = pki::Secret::copy_of(test::from_hex("0c00 0300 0100 0600 0100 0300"));
    Bytes bytes_ = test::from_hex("0c00 0300 0100 0600 0100 0300");
};

TEST_F(DialogueTest, SendsTheFrameOnceTheModuleAsksForItAndNothingAfterIt) {
    converse([&]() -> Talk { co_await take_frame(end_ok + ok); },
             [&]() -> Talk {
                 std::size_t sent = 0;
                 co_await push(
                     channel(), store, frame_, [&](std::size_t so_far) { sent = so_far; }, long_deadlines);
                 EXPECT_EQ(sent, frame_.size());
             });
    EXPECT_FALSE(module().has_unread());
}

TEST_F(DialogueTest, DoesNotSendTheFrameBeforeTheModuleAsksForIt) {
    const std::string connect = "\r\nCONNECT\r\n";
    converse(
        [&]() -> Talk {
            co_await module().expect(command, connect);
            co_await module().wait_until_read();
            EXPECT_FALSE(module().has_unread());
            co_await module().send("\r\nSECURE CMD READY: SEND COMMAND ...\r\n");
            co_await receive_frame();
            co_await module().send(end_ok + ok);
        },
        [&]() -> Talk { co_await push_frame(long_deadlines); });
}

TEST_F(DialogueTest, WritesToTheGivenStore) {
    converse(
        [&]() -> Talk {
            co_await module().expect("AT^SBNW=management_cert,1", ready);
            co_await receive_frame();
            co_await module().send(end_ok + ok);
        },
        [&]() -> Talk { co_await push(channel(), "management_cert", frame_, {}, long_deadlines); });
}

TEST_F(DialogueTest, ToleratesUrcsAndEchoAnywhere) {
    const std::string urc = "\r\n+CIEV: battchg,5\r\n";
    converse(
        [&]() -> Talk {
            co_await module().expect(command, urc + command + "\r" + urc + ready + urc);
            co_await receive_frame();
            co_await module().send(urc + "\r\nSECURE CMD E");
            co_await module().wait_until_read();
            co_await module().send("ND OK\r\n" + urc + ok);
        },
        [&]() -> Talk { co_await push_frame(long_deadlines); });
}

TEST_F(DialogueTest, PushesTheLargestFrame) {
    use_frame(max_frame_size);
    converse([&]() -> Talk { co_await take_frame(end_ok + ok); },
             [&]() -> Talk { co_await push_frame(long_deadlines); });
    EXPECT_FALSE(module().has_unread());
}

TEST_F(DialogueTest, ReportsEveryRefusalAndConsumesTheFollowingOk) {
    const std::vector<std::pair<std::string, Result>> results{
        {"SECURE CMD LENGTH ERROR", Result::length_error},
        {"SECURE CMD TOO MANY DATA ERROR", Result::too_many_data},
        {"SECURE CMD TO MANY DATA ERROR", Result::too_many_data},
        {"SECURE CMD PUBLIC CERTIFICATE IS CORRUPTED", Result::certificate_corrupted},
        {"SECURE CMD PRIVATE KEY WAS REMOVED", Result::private_key_removed},
        {"SECURE CMD SERVICE TIMEOUT ERROR", Result::service_timeout},
        {"SECURE CMD ERROR", Result::refused},
    };
    for (const auto& [line, result] : results) {
        SCOPED_TRACE(line);
        const std::string reply = "\r\n" + line + "\r\n\r\nOK\r\n";
        const std::string own = "\r\nBGS2-W\r\n\r\nOK\r\n";
        converse(
            [&]() -> Talk {
                co_await take_frame(reply);
                co_await module().expect("AT+CGMM", own);
            },
            [&]() -> Talk {
                EXPECT_EQ(co_await refusal(long_deadlines), result);
                EXPECT_EQ((co_await channel().command("AT+CGMM", 5s)).lines.size(), 1U);
            });
    }
}

TEST_F(DialogueTest, ReportsCommandUnknownOnTheSecondErrorBeforeTheFrame) {
    for (const std::string reply : {"\r\nERROR\r\n", "\r\n+CME ERROR: operation not supported\r\n"}) {
        converse(
            [&]() -> Talk {
                co_await module().expect(command, reply);
                co_await module().expect(command, reply);
            },
            [&]() -> Talk { EXPECT_EQ(co_await refusal(long_deadlines), Result::command_unknown); });
        EXPECT_FALSE(module().has_unread());
    }
}

TEST_F(DialogueTest, SendsTheFrameAfterASingleErrorBeforeIt) {
    converse(
        [&]() -> Talk {
            co_await module().expect(command, "\r\nERROR\r\n");
            co_await take_frame(end_ok + ok);
        },
        [&]() -> Talk { co_await push_frame(long_deadlines); });
}

TEST_F(DialogueTest, ReportsATemporaryErrorAtOnce) {
    const std::string busy = "\r\n+CME ERROR: operation temporary not allowed\r\n";
    converse([&]() -> Talk { co_await module().expect(command, busy); },
             [&]() -> Talk { EXPECT_EQ(co_await refusal(long_deadlines), Result::temporary); });
    converse([&]() -> Talk { co_await module().expect("AT^SBNR=\"is_cert\"", busy); },
             [&]() -> Talk {
                 const Error error = co_await error_of(read_slots(channel(), store, long_deadlines));
                 EXPECT_EQ(error.code, ErrorCode::modem_rejected);
                 EXPECT_THAT(error.what, HasSubstr("operation temporary not allowed"));
             });
}

TEST_F(DialogueTest, ConsumesTheOkAfterARefusalBeforeTheFrame) {
    const std::string reply = "\r\nSECURE CMD ERROR\r\n\r\nOK\r\n";
    converse(
        [&]() -> Talk {
            co_await module().expect(command, reply);
            co_await module().expect("AT", ok);
        },
        [&]() -> Talk {
            EXPECT_EQ(co_await refusal(long_deadlines), Result::refused);
            EXPECT_TRUE((co_await channel().command("AT", 5s)).ok());
        });
}

TEST_F(DialogueTest, ReportsRefusedOnAnErrorAfterTheFrame) {
    converse([&]() -> Talk { co_await take_frame("\r\nERROR\r\n"); },
             [&]() -> Talk { EXPECT_EQ(co_await refusal(long_deadlines), Result::refused); });
}

TEST_F(DialogueTest, DoesNotTreatABareOkAsSuccess) {
    converse([&]() -> Talk { co_await take_frame(ok); },
             [&]() -> Talk {
                 EXPECT_EQ((co_await error_of_push(long_deadlines)).code, ErrorCode::modem_rejected);
             });
}

TEST_F(DialogueTest, FailsIfTheModuleRepliesOkWithoutAskingForTheFrame) {
    converse([&]() -> Talk { co_await module().expect(command, ok); },
             [&]() -> Talk {
                 EXPECT_EQ((co_await error_of_push(long_deadlines)).code, ErrorCode::modem_rejected);
             });
    EXPECT_FALSE(module().has_unread());
}

TEST_F(DialogueTest, SucceedsWithoutTheFinalOk) {
    converse([&]() -> Talk { co_await take_frame(end_ok); },
             [&]() -> Talk { co_await push_frame(short_deadlines); });
}

TEST_F(DialogueTest, IgnoresTheLateOkOfAnEarlierFrameAtEachStep) {
    const auto without_ok = [&]() -> Talk { co_await take_frame(end_ok); };
    constexpr Deadlines impatient{.ready = 5s, .result = 5s, .final = 20ms, .slots = 5s, .stores = 5s};
    converse(without_ok, [&]() -> Talk { co_await push_frame(impatient); });
    converse(
        [&]() -> Talk {
            co_await module().expect(command, ok + ready);
            co_await receive_frame();
            co_await module().send(end_ok);
        },
        [&]() -> Talk { co_await push_frame(impatient); });
    converse([&]() -> Talk { co_await take_frame(ok + end_ok + ok); },
             [&]() -> Talk { co_await push_frame(impatient); });
    converse([&]() -> Talk { co_await take_frame(ok); },
             [&]() -> Talk {
                 EXPECT_EQ((co_await error_of_push(long_deadlines)).code, ErrorCode::modem_rejected)
                     << "no OK is missing any more";
             });
    const std::string list = ok + "\r\n" + slot_lines[0] + "\r\n" + ok;
    converse(
        [&]() -> Talk { co_await module().expect("AT^SBNR=\"is_cert\"", list); },
        [&]() -> Talk { EXPECT_EQ((co_await read_slots(channel(), store, long_deadlines)).size(), 1U); });
}

TEST_F(DialogueTest, EndsAtOnceIfTheModuleRestartsWhileItStoresTheFrame) {
    converse(
        [&]() -> Talk { co_await take_frame("\r\n^SYSSTART\r\n"); },
        [&]() -> Talk { EXPECT_EQ((co_await error_of_push(long_deadlines)).code, ErrorCode::device_gone); });
}

TEST_F(DialogueTest, TimesOutIfTheModuleNeverAsksForTheFrame) {
    converse([&]() -> Talk { EXPECT_EQ(co_await module().receive(), command); },
             [&]() -> Talk {
                 const Error error = co_await error_of_push(short_deadlines);
                 EXPECT_EQ(error.code, ErrorCode::modem_timeout);
                 EXPECT_THAT(error.what, AllOf(HasSubstr(command), HasSubstr(module().node())));
             });
    EXPECT_FALSE(module().has_unread());
}

TEST_F(DialogueTest, TimesOutIfNoResultFollowsTheFrame) {
    converse([&]() -> Talk { co_await take_frame("\r\nSECURE CMD EN"); },
             [&]() -> Talk {
                 const auto begin = at::Channel::Clock::now();
                 EXPECT_EQ((co_await error_of_push(short_deadlines)).code, ErrorCode::modem_timeout);
                 EXPECT_GE(at::Channel::Clock::now() - begin, short_deadlines.result);
             });
}

TEST_F(DialogueTest, FailsIfTheDeviceHangsUpDuringTheFrame) {
    use_frame(max_frame_size);
    converse(
        [&]() -> Talk {
            co_await module().expect(command, ready);
            co_await module().receive(100);
            module().hang_up();
        },
        [&]() -> Talk { EXPECT_EQ((co_await error_of_push(long_deadlines)).code, ErrorCode::device_gone); });
}

TEST_F(DialogueTest, DefersCancellationUntilTheDialogueIsComplete) {
    converse(
        [&]() -> Talk {
            EXPECT_EQ(co_await module().receive(), command);
            channel().interrupt(stop);
            co_await module().send(ready);
            co_await receive_frame();
            channel().interrupt(stop);
            co_await module().send(end_ok + ok);
        },
        [&]() -> Talk {
            co_await push_frame(long_deadlines);
            EXPECT_EQ(co_await error_of(channel().command("AT", 5s)), stop);
            EXPECT_EQ(co_await error_of_push(long_deadlines), stop);
        });
    EXPECT_FALSE(module().has_unread());
}

TEST_F(DialogueTest, IsInterruptedWhenTheDeviceIsGone) {
    converse(
        [&]() -> Talk {
            EXPECT_EQ(co_await module().receive(), command);
            channel().interrupt(unplugged);
        },
        [&]() -> Talk { EXPECT_EQ(co_await error_of_push(long_deadlines), unplugged); });
}

TEST_F(DialogueTest, ReadsTheSlots) {
    const std::string reply = "\r\n" + slot_lines[0] + "\r\n\r\n+CREG: 1\r\n" + slot_lines[1] + "\r\n" + ok;
    const Slots slots = value_or_throw(parse_slots(slot_lines));
    ASSERT_EQ(slots.size(), 2U);
    converse([&]() -> Talk { co_await module().expect("AT^SBNR=\"is_cert\"", reply); },
             [&]() -> Talk { EXPECT_EQ(co_await read_slots(channel(), store, long_deadlines), slots); });
}

TEST_F(DialogueTest, ReportsTheStoresOfTheFirmwareIfOneCannotBeRead) {
    const std::string refusal_line = "\r\n+CME ERROR: invalid index\r\n";
    const std::vector<std::pair<std::string, std::string>> replies{
        {"\r\n^SBNW: (\"agps\",\"ciphersuites\"),(1)\r\n" + ok,
         "its firmware knows only agps, ciphersuites;"},
        {"\r\n^SBNW: (agps, is_cert), ()\r\n" + ok, "the firmware knows the store 'is_cert'"},
        {"\r\nERROR\r\n", "query the stores with AT^SBNW=?"},
        {ok, "query the stores with AT^SBNW=?"},
    };
    for (const auto& [reply, hint] : replies) {
        SCOPED_TRACE(reply);
        converse(
            [&]() -> Talk {
                co_await module().expect("AT^SBNR=\"is_cert\"", refusal_line);
                co_await module().expect("AT^SBNR=\"is_cert\"", refusal_line);
                co_await module().expect("AT^SBNW=?", reply);
            },
            [&]() -> Talk {
                const Error error = co_await error_of(read_slots(channel(), store, long_deadlines));
                EXPECT_EQ(error.code, ErrorCode::not_supported);
                EXPECT_THAT(error.what, HasSubstr("invalid index"));
                EXPECT_THAT(error.hint, HasSubstr(hint));
            });
    }
}

TEST_F(DialogueTest, ReportsAnUnreadableStoreEvenIfTheStoreListTimesOut) {
    const std::string refusal_line = "\r\n+CME ERROR: invalid index\r\n";
    converse(
        [&]() -> Talk {
            co_await module().expect("AT^SBNR=\"is_cert\"", refusal_line);
            co_await module().expect("AT^SBNR=\"is_cert\"", refusal_line);
            EXPECT_EQ(co_await module().receive(), "AT^SBNW=?");
        },
        [&]() -> Talk {
            constexpr Deadlines soon{.ready = 5s, .result = 5s, .final = 5s, .slots = 5s, .stores = 50ms};
            const Error error = co_await error_of(read_slots(channel(), store, soon));
            EXPECT_EQ(error.code, ErrorCode::not_supported);
            EXPECT_THAT(error.hint, HasSubstr("query the stores with AT^SBNW=?"));
        });
}

TEST_F(DialogueTest, ReadsTheSlotsAgainIfTheListIsIncomplete) {
    const std::string whole = "\r\n" + slot_lines[0] + "\r\n" + ok;
    for (const std::string& incomplete : {ok, "\r\n^SBNR: 0, size: \"86\r\n" + ok}) {
        converse(
            [&]() -> Talk {
                co_await module().expect("AT^SBNR=\"is_cert\"", incomplete);
                co_await module().expect("AT^SBNR=\"is_cert\"", whole);
            },
            [&]() -> Talk { EXPECT_EQ((co_await read_slots(channel(), store, long_deadlines)).size(), 1U); });
        converse(
            [&]() -> Talk {
                co_await module().expect("AT^SBNR=\"is_cert\"", incomplete);
                co_await module().expect("AT^SBNR=\"is_cert\"", incomplete);
            },
            [&]() -> Talk {
                try {
                    co_await read_slots(channel(), store, long_deadlines);
                    ADD_FAILURE() << "an incomplete list is no list";
                } catch (const Refusal& e) {
                    EXPECT_EQ(e.result(), Result::temporary);
                }
            });
    }
}

TEST_F(DialogueTest, TimesOutIfTheSlotListIsIncomplete) {
    const std::string reply = "\r\n" + slot_lines[0] + "\r\n";
    converse([&]() -> Talk { co_await module().expect("AT^SBNR=\"is_cert\"", reply); },
             [&]() -> Talk {
                 EXPECT_EQ((co_await error_of(read_slots(channel(), store, short_deadlines))).code,
                           ErrorCode::modem_timeout);
             });
}

} // namespace
} // namespace bgs2::sbnw
