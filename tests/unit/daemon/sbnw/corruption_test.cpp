// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/corruption.h"
#include "daemon/sbnw/frame.h"
#include "tests/support/bytes.h"
#include "tests/unit/daemon/sbnw/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace bgs2::sbnw {
namespace {

using test::from_hex;
using testing::HasSubstr;

using Conversion = std::function<std::string(std::string_view)>;

/// Each byte by what `replace` gives for it.
std::string each(std::string_view text, const std::function<std::string(unsigned char)>& replace) {
    std::string result;
    for (const char c : text)
        result += replace(static_cast<unsigned char>(c));
    return result;
}

std::string ascii_or(unsigned char c, const std::string& other) {
    return c < 0x80 ? std::string(1, static_cast<char>(c)) : other;
}

std::string with_replacement_characters(std::string_view frame) {
    return each(frame, [](unsigned char c) { return ascii_or(c, "\xef\xbf\xbd"); });
}

std::string from_latin1(std::string_view frame) {
    return each(frame, [](unsigned char c) {
        return ascii_or(c, {static_cast<char>(0xc0 | c >> 6U), static_cast<char>(0x80 | (c & 0x3fU))});
    });
}

std::string with_crlf_for_lf(std::string_view frame) {
    return each(frame,
                [](unsigned char c) { return c == '\n' ? "\r\n" : std::string(1, static_cast<char>(c)); });
}

struct CorruptionCase {
    std::string_view name;
    Conversion conversion;
    std::string_view what;
    std::string_view hint;
};

const std::vector<CorruptionCase> corruptions{
    {"UTF-8 with replacement", with_replacement_characters, "became ef bf bd", "again"},
    {"Latin-1 to UTF-8", from_latin1, "went through a UTF-8 conversion", "iconv"},
    {"LF appended", [](auto frame) { return std::string(frame) + "\n"; }, "1 byte of CR/LF", "truncate"},
    {"CR LF appended", [](auto frame) { return std::string(frame) + "\r\n"; }, "2 bytes of CR/LF",
     "truncate"},
    {"LF to CR LF", with_crlf_for_lf, "every LF of the frame became CR LF", "binary"},
    {"hex", [](auto frame) { return to_hex(as_bytes(frame)); }, "hex dump", "xxd"},
    {"hex with a line end", [](auto frame) { return to_hex(as_bytes(frame)) + "\n"; }, "hex dump", "xxd"},
};

/// A frame with a byte of every value in it, so that every corruption leaves its mark.
Bytes frame_with_every_byte(std::size_t certificate_size = 512) {
    SecureCommand command;
    for (std::size_t i = 0; i < certificate_size; ++i)
        command.certificate.push_back(static_cast<std::byte>(i));
    const auto frame = encode(command);
    return {frame->bytes().begin(), frame->bytes().end()};
}

TEST(Corruption, OfEachKnownKindIsReportedWithAHint) {
    const Bytes frame = frame_with_every_byte();
    for (const CorruptionCase& each_case : corruptions) {
        SCOPED_TRACE(each_case.name);
        const std::string corrupted = each_case.conversion(as_text(frame));
        const auto decoded = decode(as_bytes(corrupted));
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(decoded.error().what, HasSubstr(each_case.what));
        EXPECT_THAT(decoded.error().hint, HasSubstr(each_case.hint));
    }
}

TEST(Corruption, ByLineEndingsIsDetectedIfTheLengthContainsALineFeed) {
    for (const std::size_t total : {0x020aU, 0x0a20U, 0x0a0aU, 0x0a0dU}) {
        const Bytes frame = frame_with_every_byte(total - 16);
        ASSERT_EQ(frame.size(), total);
        const std::string corrupted = with_crlf_for_lf(as_text(frame));
        const auto decoded = decode(as_bytes(corrupted));
        ASSERT_FALSE(decoded);
        EXPECT_THAT(decoded.error().what, HasSubstr("every LF of the frame became CR LF")) << total;
    }
}

TEST(Corruption, ByLineEndingsIsDetectedIfOnlyTheLastByteIsALineFeed) {
    const Bytes bytes = from_hex("1100 0100 0200 | 0600 0100 0000 | 0500 0200 0d0a");
    const auto decoded = decode(bytes);
    ASSERT_FALSE(decoded);
    EXPECT_THAT(decoded.error().what, HasSubstr("every LF of the frame became CR LF"));
}

TEST(Corruption, ReportsTheOffsetOfTheFirstReplacedByte) {
    const Bytes bytes = from_hex("1200 0100 0200 | 0600 0100 0000 | 0600 0200 30 efbfbd");
    EXPECT_THAT(detect_corruption(bytes)->what,
                HasSubstr("1 byte beyond 7f became ef bf bd, first at offset 17"));
}

TEST(Corruption, DetectionRecognizesPemAndDerFiles) {
    const std::vector<std::pair<std::string, std::string_view>> files{
        {"-----BEGIN CERTIFICATE-----\nMIID", "PEM file"},
        {"Bag Attributes\r\n    friendlyName: a\r\n-----BEGIN CERTIFICATE-----\r\nMIID", "PEM file"},
        {std::string("\x30\x82\x03\x57\x30\x82\x02\x3f\xa0\x03", 10), "DER file"},
        {std::string("\x30\x82\x01\x00\x30\x81\x02\x3f", 8), "DER file"},
        {std::string("\x30\x82\x04\xbd\x02\x01\x00\x30", 8), "DER file"},
        {std::string("\x30\x81\x9f\x30\x0d\x06\x09", 7), "DER file"},
        {std::string("\x30\x05\x02\x01\x01\x04\x00", 7), "DER file"},
    };
    for (const auto& [content, what] : files) {
        const auto decoded = decode(as_bytes(content));
        ASSERT_FALSE(decoded);
        EXPECT_THAT(decoded.error().what, HasSubstr(what)) << to_hex(as_bytes(content));
    }
}

TEST(Corruption, IsNotReportedForAValidFrameWithAMisleadingLength) {
    for (const std::size_t total : {0x0a0dU, 0x2d2dU, 0x8130U, 0x8230U, 0xbfefU}) {
        SecureCommand command;
        command.certificate = Bytes(total - 16, std::byte{0x2d});
        const auto frame = encode(command);
        ASSERT_TRUE(frame);
        EXPECT_TRUE(decode(frame->bytes()));
    }
}

TEST(Corruption, IsNotReportedForATruncatedFrameThatResemblesDer) {
    for (const std::size_t total : {0x8130U, 0x8230U}) {
        SecureCommand command;
        command.certificate = Bytes(total - 16, std::byte{0xff});
        const auto frame = encode(command);
        ASSERT_TRUE(frame);
        EXPECT_EQ(detect_corruption(frame->bytes().first(total - 1)), std::nullopt);
    }
}

TEST(Corruption, IsNotReportedWithoutAKnownPattern) {
    EXPECT_EQ(detect_corruption({}), std::nullopt);
    EXPECT_EQ(detect_corruption(from_hex("00")), std::nullopt);
    EXPECT_EQ(detect_corruption(from_hex("0c00 0300 0100")), std::nullopt);
    EXPECT_EQ(detect_corruption(from_hex("0c00 0300 0100 | 0600 0100 0300 00")), std::nullopt);
}

using CorruptionVendorFrames = VectorsTest;

TEST_F(CorruptionVendorFrames, AreReportedIfAndOnlyIfCorrupted) {
    for (const Vector& vector : vectors_) {
        SCOPED_TRACE(vector.name);
        EXPECT_EQ(detect_corruption(vector.frame), std::nullopt);
        for (const CorruptionCase& each_case : corruptions) {
            const std::string corrupted = each_case.conversion(as_text(vector.frame));
            if (corrupted == as_text(vector.frame))
                continue; // nothing in it that this corruption would touch
            SCOPED_TRACE(each_case.name);
            const auto decoded = decode(as_bytes(corrupted));
            ASSERT_FALSE(decoded);
            EXPECT_THAT(decoded.error().what, HasSubstr(each_case.what));
        }
    }
}

} // namespace
} // namespace bgs2::sbnw
