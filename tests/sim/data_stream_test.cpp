// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/data_stream.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace bgs2::sim {
namespace {

using namespace std::chrono_literals;

class Stream : public testing::Test {
  protected:
    /// Adds the bytes at once, after a pause.
    void send(std::string_view bytes, std::chrono::milliseconds pause = 0ms) {
        now_ += pause;
        for (const char c : bytes)
            if (auto command = stream_.add(static_cast<std::uint8_t>(c), now_))
                commands_.push_back(*command);
    }

    DataStream::time_point now_{1h};
    DataStream stream_{now_};
    std::vector<std::string> commands_;
};

TEST_F(Stream, EndsWithThreePlusSignsBetweenPauses) {
    send("data");
    send("+++", 1s);
    EXPECT_EQ(stream_.escape_due(), now_ + 1s);
}

TEST_F(Stream, AcceptsAnEscapeSequenceInParts) {
    send("+", 2s);
    send("+", 300ms);
    EXPECT_EQ(stream_.escape_due(), std::nullopt);
    send("+", 300ms);
    EXPECT_EQ(stream_.escape_due(), now_ + 1s);
}

TEST_F(Stream, GoesOnIfPlusSignsAreData) {
    send("+++", 999ms); // sooner than the guard time
    EXPECT_EQ(stream_.escape_due(), std::nullopt);
    send("++++", 1s); // one too many
    EXPECT_EQ(stream_.escape_due(), std::nullopt);
    send("+++", 1s);
    send("A", 500ms); // data before the end of the guard time
    EXPECT_EQ(stream_.escape_due(), std::nullopt);
    EXPECT_EQ(stream_.bytes(), 11U);
}

TEST_F(Stream, FindsLinesThatLookLikeCommands) {
    send("~\xff}#\xc0!AAT+CGSN\r~");
    send("at");
    send("\r");
    EXPECT_EQ(commands_, (std::vector<std::string>{"AT+CGSN", "at"}));
    EXPECT_EQ(stream_.commands(), 2U);
}

TEST_F(Stream, FindsNoCommandsInOtherBytes) {
    send("A\rT\rAT\nAT~\rBAT");
    EXPECT_TRUE(commands_.empty());
}

} // namespace
} // namespace bgs2::sim
