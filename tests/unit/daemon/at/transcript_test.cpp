// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/transcript.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::at {
namespace {

using namespace std::string_view_literals;
using Entries = std::vector<std::string>;

class TranscriptTest : public testing::Test {
  protected:
    void say(std::string_view line) {
        const Extent all{.offset = 0, .size = line.size()};
        transcript_->said({.bytes = as_bytes(line), .offset = 0, .total = line.size(), .shown = {&all, 1}});
    }
    void send(std::string_view part, std::size_t offset, std::size_t total, std::vector<Extent> shown) {
        transcript_->said({.bytes = as_bytes(part), .offset = offset, .total = total, .shown = shown});
    }
    void feed(std::string_view text) { transcript_->heard(as_bytes(text)); }

    Entries entries_;
    std::unique_ptr<Transcript> transcript_ =
        std::make_unique<Transcript>([this](std::string_view entry) { entries_.emplace_back(entry); });
};

TEST_F(TranscriptTest, RecordsLinesInOrder) {
    say("AT\r");
    feed("AT\r\r");
    feed("\nOK\r\n\r\n+CREG: \"\\\xe9\"\r");
    feed("\n");
    say("AT+CGSN\r");
    EXPECT_EQ(entries_, (Entries{R"(> "AT\r")", R"(< "AT\r\r\n")", R"(< "OK\r\n")",
                                 R"(< "\r\n+CREG: \"\\\xe9\"\r\n")", R"(> "AT+CGSN\r")"}));
}

TEST_F(TranscriptTest, FlushesAnUnterminatedLineBeforeACommandAndAtTheEnd) {
    feed("> ");
    say("AT\r");
    feed("O");
    transcript_.reset();
    EXPECT_EQ(entries_, (Entries{R"(< "> ")", R"(> "AT\r")", R"(< "O")"}));
}

TEST_F(TranscriptTest, HidesBytesOutsideTheShownExtents) {
    send("\x0c\x00\x03"sv, 0, 5, {{.offset = 0, .size = 2}, {.offset = 4, .size = 1}});
    send("\x01\x02"sv, 3, 5, {{.offset = 0, .size = 2}, {.offset = 4, .size = 1}});
    send("abc", 0, 3, {});
    send("\x01\x02"sv, 0, 2, {{.offset = 0, .size = 2}});
    EXPECT_EQ(entries_, (Entries{"> bytes 0+3 of 5: 0c00..", "> bytes 3+2 of 5: ..02",
                                 "> bytes 0+3 of 3: hidden", "> bytes 0+2 of 2: 0102"}));
}

TEST_F(TranscriptTest, HidesAnEchoOfASecret) {
    struct Row {
        std::string_view heard;
        std::string_view recorded;
    };
    for (const Row& row : {
             Row{"\r\nSECURE CMD ERROR\r\n", R"(< "\r\nSECURE CMD ERROR\r\n")"},
             Row{"\r\n^SYSSTART\r\n", R"(< "\r\n^SYSSTART\r\n")"},
             Row{"\r\n+CME ERROR: 100\r\n", R"(< "\r\n+CME ERROR: 100\r\n")"},
             Row{"\x30\x82\x04\n", "< hidden 4"},
             Row{"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n", "< hidden 37"},
             Row{"OK MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n", "< hidden 40"},
             Row{"0123456789\r\n", "< hidden 12"},
         }) {
        entries_.clear();
        send("key", 0, 3, {});
        feed(row.heard);
        EXPECT_EQ(entries_.back(), row.recorded);
    }
}

TEST_F(TranscriptTest, RecordsAllTextAgainOnceTheModuleAcceptedTheSecret) {
    send("key", 0, 3, {});
    feed("\r\nSECURE CMD END OK\r\n\r\nOK\r\n");
    feed("any text\r\n");
    EXPECT_EQ(entries_.back(), R"(< "any text\r\n")");
}

TEST_F(TranscriptTest, RecordsAllTextAgainOnceTheModuleIsInSync) {
    send("key", 0, 3, {});
    feed("\r\nERROR\r\nany text\r\n");
    EXPECT_EQ(entries_.back(), "< hidden 10") << "what the module takes for a command can end within the key";
    say("AT\r");
    feed("any text\r\nOK\r\n");
    feed("any text\r\n");
    EXPECT_EQ(entries_.back(), "< hidden 10");
    say("AT\r");
    feed("\r\nOK\r\n");
    feed("any text\r\n");
    EXPECT_EQ(entries_.back(), R"(< "any text\r\n")");
}

TEST_F(TranscriptTest, LimitsTheBufferForALineWithoutEnd) {
    feed(std::string(3000, 'x'));
    EXPECT_EQ(entries_.size(), 2U);
}

} // namespace
} // namespace bgs2::at
