// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/line_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::at {
namespace {

using LineReaderLines = std::vector<std::string>;

LineReaderLines all_lines(LineReader& reader) {
    LineReaderLines lines;
    while (auto line = reader.next())
        lines.push_back(std::move(*line));
    return lines;
}

LineReaderLines lines_of(std::string_view bytes) {
    LineReader reader;
    reader.feed(as_bytes(bytes));
    return all_lines(reader);
}

TEST(LineReader, SplitsAtAnyRunOfLineEnds) {
    struct Case {
        std::string_view bytes;
        LineReaderLines lines;
    };
    const std::vector<Case> cases{
        {"", {}},
        {"OK", {}},
        {"OK\r", {"OK"}},
        {"OK\n", {"OK"}},
        {"\r\nOK\r\n", {"OK"}},
        {"AT\r\r\nOK\r\n\r\nRING\r\n", {"AT", "OK", "RING"}},
        {"\n\r\n\r", {}},
        {"a\rb\nc", {"a", "b"}},
        {std::string_view("\0A\0T\0\r\0\n", 8), {"AT"}},
        {" a b \r", {" a b "}},
        {"\xff\x80\r", {"\xff\x80"}},
    };
    for (const Case& c : cases)
        EXPECT_EQ(lines_of(c.bytes), c.lines) << c.bytes;
}

TEST(LineReader, ReturnsTheSameLinesForAnyFragmentation) {
    constexpr std::string_view bytes = "AT+CGSN\r\r\n356938035643809\r\n\r\nOK\r\n^SYSSTART\r\nhalf";
    const LineReaderLines whole = lines_of(bytes);
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
        for (std::size_t second = first; second <= bytes.size(); ++second) {
            LineReader reader;
            reader.feed(as_bytes(bytes.substr(0, first)));
            reader.feed(as_bytes(bytes.substr(first, second - first)));
            reader.feed(as_bytes(bytes.substr(second)));
            ASSERT_EQ(all_lines(reader), whole) << first << ", " << second;
        }
    }
}

TEST(LineReader, TruncatesTheStartOfAnOverlongLine) {
    const std::string noise(LineReader::max_line_length + 1, 'x');
    EXPECT_EQ(lines_of(noise + "\rOK\r"), (LineReaderLines{noise.substr(1), "OK"}));
}

TEST(LineReader, DiscardsBufferedBytesWhenCleared) {
    LineReader reader;
    reader.feed(as_bytes("OK\rhalf a li"));
    reader.clear();
    reader.feed(as_bytes("ne\r"));
    EXPECT_EQ(all_lines(reader), LineReaderLines{"ne"});
}

} // namespace
} // namespace bgs2::at
