// SPDX-License-Identifier: Apache-2.0
// Data calls over the pty of bgs2sim.
#include "tests/sim/running_program.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <numeric>
#include <optional>
#include <string>

namespace bgs2::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr auto connected = "\r\nCONNECT\r\n";
constexpr auto no_carrier = "\r\nNO CARRIER\r\n";

class DataCall : public ProgramTest {
  protected:
    static std::string dial(Terminal& line) {
        line.send(bytes_of("ATD*99***1#\r"));
        return line.until(connected);
    }
    /// Sends the escape sequence and waits for the OK of the modem.
    static std::string escape(Terminal& line) {
        EXPECT_EQ(line.until("anything", 1100ms), ""); // the pause before it
        line.send(bytes_of("+++"));
        return line.until("OK\r\n");
    }
};

TEST_F(DataCall, FailsWithoutAPeer) {
    start();
    auto line = open();
    line.send(bytes_of("ATD*99***1#\r"));
    EXPECT_EQ(line.until(no_carrier), no_carrier);
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
}

TEST_F(DataCall, RelaysAllBytesUnchangedInBothDirections) {
    start({"--peer", "cat"});
    auto line = open();
    EXPECT_EQ(line.ask("AT+CGDCONT=1,\"IP\",\"internet\""), "\r\nOK\r\n");
    ASSERT_EQ(dial(line), connected);
    Bytes every_byte(256);
    std::iota(every_byte.begin(), every_byte.end(), std::uint8_t{0});
    for (int i = 0; i < 100; ++i) {
        line.send(every_byte);
        ASSERT_EQ(line.until(text_of(every_byte)), text_of(every_byte)) << i;
    }
}

TEST_F(DataCall, LosesNoByteIfTheProgramReadsLate) {
    start({"--peer", "head --bytes=100000 /dev/zero; cat"});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    line.send(bytes_of("the end"));
    const auto received = line.until("the end");
    EXPECT_EQ(received.size(), 100'000U + 7);
}

TEST_F(DataCall, EndsWithThePeer) {
    start({"--peer", "head --bytes=4"});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    line.send(bytes_of("ping"));
    EXPECT_EQ(line.until(no_carrier), "ping" + std::string(no_carrier));
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    EXPECT_THAT(log(), HasSubstr("data-mode begins by ATD*99***1#"));
    EXPECT_THAT(log(), HasSubstr("data-mode ends: NO CARRIER, 4 bytes received, 4 bytes sent, 0 commands"));
}

TEST_F(DataCall, EndsWithThePppLinkOfThePeer) {
    start({"--peer", "cat"}); // acknowledges the end in the words of the request
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    const std::string_view terminate_ack("~\xff}#\xc0!}&}\"} }$R\xdd~");
    line.send(bytes_of(terminate_ack));
    EXPECT_EQ(line.until(no_carrier), std::string(terminate_ack) + no_carrier);
}

TEST_F(DataCall, EndsWithAPeerThatCannotRun) {
    start({"--peer", "exec /nonexistent 2>/dev/null"});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    EXPECT_EQ(line.until(no_carrier), no_carrier);
}

TEST_F(DataCall, IsInterruptedByTheEscapeSequenceAndGoesOn) {
    start({"--peer", "cat"});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    EXPECT_EQ(escape(line), "+++\r\nOK\r\n"); // the peer receives it as well
    EXPECT_EQ(line.ask("AT+CMEE?"), "\r\n+CMEE: 0\r\n\r\nOK\r\n");
    line.send(bytes_of("ATO\r"));
    EXPECT_EQ(line.until(connected), connected);
    line.send(bytes_of("data again"));
    EXPECT_EQ(line.until("data again"), "data again");
}

TEST_F(DataCall, EndsAtATH) {
    start({"--peer", "cat"});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    EXPECT_EQ(escape(line), "+++\r\nOK\r\n");
    EXPECT_EQ(line.ask("ATH"), "\r\nOK\r\n");
    line.send(bytes_of("ATO\r"));
    EXPECT_EQ(line.until(no_carrier), no_carrier);
}

TEST_F(DataCall, EndsWhenThePortIsClosed) {
    const auto mark = (folder_ / "peer").string();
    start({"--peer", fmt::format("echo $$ >{0}; exec cat", mark)});
    {
        auto line = open();
        ASSERT_EQ(dial(line), connected);
        line.send(bytes_of("."));
        ASSERT_EQ(line.until("."), ".");
    }
    ASSERT_TRUE(log_contains("data-mode ends: hang-up, 1 bytes received", 1));
    auto line = open();
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    pid_t peer = 0;
    std::ifstream(mark) >> peer;
    EXPECT_TRUE(::kill(peer, 0) < 0 && errno == ESRCH) << peer;
}

TEST_F(DataCall, EndsThePeerWithTheModem) {
    const auto mark = (folder_ / "peer").string();
    start({"--peer", fmt::format("trap '' HUP; echo $$ >{0}; cat; tail -f /dev/null", mark)});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    line.send(bytes_of("."));
    ASSERT_EQ(line.until("."), ".");
    EXPECT_EQ(program_->end(), 0);
    pid_t peer = 0;
    std::ifstream(mark) >> peer;
    EXPECT_TRUE(::kill(peer, 0) < 0 && errno == ESRCH) << peer;
}

TEST_F(DataCall, PassesCommandsToThePeerAndCountsThem) {
    start({"--peer", "head --bytes=8"});
    auto line = open();
    ASSERT_EQ(dial(line), connected);
    line.send(bytes_of("AT+CGSN\r"));
    EXPECT_EQ(line.until(no_carrier), "AT+CGSN\r" + std::string(no_carrier));
    EXPECT_THAT(log(), HasSubstr("stray AT+CGSN\n"));
    EXPECT_THAT(log(), HasSubstr("8 bytes sent, 1 commands"));
    EXPECT_THAT(log(), Not(HasSubstr("command AT+CGSN")));
}

TEST_F(DataCall, KeepsEchoOutOfDataMode) {
    start({"--echo", "--peer", "head --bytes=4"});
    auto line = open();
    line.send(bytes_of("ATD*99#\r"));
    EXPECT_EQ(line.until(connected), "ATD*99#\r" + std::string(connected));
    line.send(bytes_of("ping"));
    EXPECT_EQ(line.until(no_carrier), "ping" + std::string(no_carrier));
    EXPECT_EQ(line.ask("AT"), "AT\r\r\nOK\r\n");
}

} // namespace
} // namespace bgs2::sim
