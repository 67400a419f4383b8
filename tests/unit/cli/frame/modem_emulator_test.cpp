// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/modem_emulator.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view ready = "\r\nCONNECT\r\n\r\nSECURE CMD READY: SEND COMMAND ...\r\n";
constexpr std::string_view delete_slot3 = "\x0c\0\x03\0\x01\0\x06\0\x01\0\x03\0"sv;

std::string ok(std::string_view line) {
    return "\r\n" + std::string(line) + "\r\n\r\nOK\r\n";
}

std::string send(ModemEmulator& modem, std::string_view text) {
    return modem.feed(as_bytes(text));
}

TEST(ModemEmulator, AnswersLikeABgs2) {
    struct Row {
        std::string_view command;
        std::string answer;
    };
    const std::vector<Row> rows{
        {"AT", "\r\nOK\r\n"},
        {"at", "\r\nOK\r\n"},
        {"noiseAT", "\r\nOK\r\n"},
        {"AT+CGSN", ok("356938035643809")},
        {"AT+CGSN=1", "\r\nERROR\r\n"},
        {"ATI", ok("Cinterion\r\nBGS2-W\r\nREVISION 01.301")},
        {"ATI1", ok("Cinterion\r\nBGS2-W\r\nREVISION 01.301\r\nA-REVISION 01.000.00")},
        {"AT+CGMI", ok("Cinterion")},
        {"AT+CGMM", ok("BGS2-W")},
        {"AT+CMEE=2", "\r\nOK\r\n"},
        {"AT\\Q3", "\r\nOK\r\n"},
        {"AT^SBNW=?",
         ok(R"(^SBNW: ("agps","ciphersuites","is_cert","management_cert","preconfig_cert"),(1))")},
        {"AT+NONSENSE", "\r\nERROR\r\n"},
        {"AT^SBNW=is_cert", "\r\nERROR\r\n"},
        {"AT^SBNW=is_cert,0", "\r\nERROR\r\n"},
        {"AT^SBNW=unknown,1", "\r\nERROR\r\n"},
        {R"(AT^SBNR="unknown")", "\r\nERROR\r\n"},
        {"", ""},
        {"nothing", ""},
    };
    for (const Row& row : rows) {
        for (const auto* end : {"\r", "\r\n"}) {
            ModemEmulator modem("356938035643809");
            EXPECT_EQ(send(modem, "ATE0\r"), "ATE0\r\r\nOK\r\n") << "echo is on by default";
            EXPECT_EQ(send(modem, std::string(row.command) + end), row.answer) << row.command;
            EXPECT_FALSE(modem.quiet_after()) << row.command;
        }
    }
}

TEST(ModemEmulator, ShowsEmptySlots) {
    ModemEmulator modem("356938035643809");
    const std::string slots = send(modem, "AT^SBNR=\"is_cert\"\r");
    EXPECT_NE(slots.find("\r\n^SBNR: 10, size: \"0\", "), std::string::npos) << slots;
    EXPECT_TRUE(slots.ends_with("\r\n\r\nOK\r\n"));
}

TEST(ModemEmulator, ReportsErrorsInTheConfiguredFormat) {
    ModemEmulator modem("356938035643809");
    (void)send(modem, "ATE0\rAT+CMEE=2\r");
    EXPECT_EQ(send(modem, "AT+NONSENSE\r"), "\r\n+CME ERROR: unknown\r\n");
    (void)send(modem, "AT+CMEE=1\r");
    EXPECT_EQ(send(modem, "AT+NONSENSE\r"), "\r\n+CME ERROR: 100\r\n");
}

TEST(ModemEmulator, IgnoresALineWithoutEnd) {
    ModemEmulator modem("356938035643809");
    (void)send(modem, "ATE0\r");
    EXPECT_EQ(send(modem, std::string(100'000, 'x')), "");
    EXPECT_EQ(send(modem, "\rAT\r"), "\r\nOK\r\n");
}

/// Sends the parts of the command, then those of the frame, each as one read from the line.
struct Dialogue {
    std::string name;
    std::vector<std::string_view> command;
    std::vector<std::string_view> frame;
    std::string_view captured;
};

TEST(ModemEmulator, CapturesTheFrameWithoutTheLineEndBeforeIt) {
    // The low byte of its length is a LF.
    std::string long_one("\x0a\x06\x01\0\x02\0\x06\0\x01\0\x01\0\xfe\x05\x02\0", 16);
    long_one += "\x30\x82\x05\xf6" + std::string(0x5f6, 'c');
    const std::vector<Dialogue> dialogues{
        {"CR", {"AT^SBNW=is_cert,1\r"}, {delete_slot3}, delete_slot3},
        {"quotes", {"AT^SBNW=\"is_cert\",1\r"}, {delete_slot3}, delete_slot3},
        {"CR LF", {"AT^SBNW=is_cert,1\r\n"}, {delete_slot3}, delete_slot3},
        {"CR LF in two", {"AT^SBNW=is_cert,1\r", "\n"}, {delete_slot3}, delete_slot3},
        {"CR LF in two, as before", {"AT+CGSN\r\nAT^SBNW=is_cert,1\r", "\n"}, {delete_slot3}, delete_slot3},
        {"LF with the frame", {"AT^SBNW=is_cert,1\r"}, {"\n", delete_slot3}, delete_slot3},
        {"byte after byte",
         {"AT", "^SBNW", "=is_cert,1\r"},
         {"\x0c"sv, "\0"sv, delete_slot3.substr(2)},
         delete_slot3},
        {"0a first", {"AT^SBNW=is_cert,1\r"}, {long_one}, long_one},
        {"0a first after CR LF", {"AT^SBNW=is_cert,1\r\n"}, {long_one}, long_one},
        {"0a first after late LF", {"AT^SBNW=is_cert,1\r", "\n"}, {long_one}, long_one},
        {"0a first after CR only", {"AT\rAT^SBNW=is_cert,1\r"}, {long_one}, long_one},
    };
    for (const Dialogue& dialogue : dialogues) {
        SCOPED_TRACE(dialogue.name);
        ModemEmulator modem("356938035643809");
        (void)send(modem, "ATE0\r");
        std::string reply;
        for (const auto part : dialogue.command)
            reply += send(modem, part);
        EXPECT_TRUE(reply.ends_with(ready)) << reply;
        EXPECT_EQ(modem.quiet_after(), ModemEmulator::frame_timeout);
        for (const auto part : dialogue.frame)
            EXPECT_EQ(send(modem, part), "");
        EXPECT_EQ(modem.quiet_after(), ModemEmulator::valid_frame_quiet);
        EXPECT_EQ(modem.quiet(), ok("SECURE CMD END OK"));
        const auto captured = modem.take_frame();
        ASSERT_TRUE(captured);
        EXPECT_EQ(as_text(captured->bytes.bytes()), dialogue.captured);
        EXPECT_EQ(captured->store, "is_cert");
        EXPECT_FALSE(captured->error);
        EXPECT_FALSE(modem.take_frame());
        EXPECT_EQ(send(modem, "AT\r"), "\r\nOK\r\n") << "it continues";
    }
}

TEST(ModemEmulator, CapturesAnInvalidFrameUnchanged) {
    struct Row {
        std::string name;
        std::string frame;
        std::string_view answer;
        std::string_view error_text;
    };
    const std::string right(delete_slot3);
    const std::vector<Row> rows{
        {"big-endian", std::string("\0\x0c\0\x03\0\x01\0\x06\0\x01\0\x03", 12),
         "SECURE CMD SERVICE TIMEOUT ERROR", "big-endian"},
        {"words", std::string("\x06\0\x03\0\x01\0\x03\0\x01\0\x03\0", 12), "SECURE CMD TOO MANY DATA ERROR",
         "words of two bytes"},
        {"header not counted", std::string("\x06\0\x03\0\x01\0\x06\0\x01\0\x03\0", 12),
         "SECURE CMD TOO MANY DATA ERROR", "the header of 6 bytes"},
        {"data only", std::string("\x0c\0\x03\0\x01\0\x02\0\x01\0\x03\0", 12), "SECURE CMD LENGTH ERROR",
         "its header of 4 bytes"},
        {"too short", right.substr(0, 11), "SECURE CMD SERVICE TIMEOUT ERROR", "missing"},
        {"one byte", right.substr(0, 1), "SECURE CMD SERVICE TIMEOUT ERROR", ""},
        {"CR LF behind", right + "\r\n", "SECURE CMD TOO MANY DATA ERROR", "CR"},
        {"length 0", std::string(12, '\0'), "SECURE CMD LENGTH ERROR", ""},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        ModemEmulator modem("356938035643809");
        (void)send(modem, "ATE0\rAT^SBNW=management_cert,1\r\n");
        (void)send(modem, row.frame);
        EXPECT_EQ(modem.quiet_after(), ModemEmulator::invalid_frame_quiet);
        EXPECT_EQ(modem.quiet(), ok(row.answer));
        const auto captured = modem.take_frame();
        ASSERT_TRUE(captured && captured->error);
        EXPECT_EQ(as_text(captured->bytes.bytes()), row.frame);
        EXPECT_EQ(captured->answer, row.answer);
        EXPECT_NE(to_string(*captured->error).find(row.error_text), std::string::npos)
            << to_string(*captured->error);
    }
}

TEST(ModemEmulator, ReportsATimeoutIfNoFrameArrives) {
    ModemEmulator modem("356938035643809");
    (void)send(modem, "ATE0\rAT^SBNW=is_cert,1\r");
    EXPECT_EQ(modem.quiet(), ok("SECURE CMD SERVICE TIMEOUT ERROR"));
    EXPECT_FALSE(modem.take_frame());
    EXPECT_EQ(send(modem, "AT\r"), "\r\nOK\r\n");
}

TEST(ModemEmulator, DoesNotWaitForAnEndlessFrame) {
    ModemEmulator modem("356938035643809");
    (void)send(modem, "AT^SBNW=is_cert,1\r");
    (void)send(modem, std::string(70'000, '\xff'));
    EXPECT_EQ(modem.quiet_after(), ModemEmulator::Duration(0));
    EXPECT_EQ(modem.quiet(), ok("SECURE CMD TOO MANY DATA ERROR"));
    const auto captured = modem.take_frame();
    ASSERT_TRUE(captured && captured->error);
    EXPECT_EQ(captured->bytes.size() + captured->dropped, 70'000U);
}

} // namespace
} // namespace bgs2::cli
