// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/frame_dump.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace bgs2::cli {
namespace {

using testing::HasSubstr;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

/// Some lines repeat, and its size is odd.
std::string sample_frame() {
    std::string bytes(std::string_view("\x75\0\x01\0\x02\0 |>ab  cd", 16));
    for (int i = 0; i < 4; ++i)
        bytes.append(std::string_view("0123456789abcde\xff", 16));
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    return bytes + "beef\x01";
}

class FrameDump : public testing::Test {
  protected:
    [[nodiscard]] std::string output_of(const std::string& command) const {
        const auto file = directory_.write("frame", frame_);
        const auto output = directory_.path() / "output";
        std::filesystem::remove(output);
        test::Process process({"/bin/sh", "-c", "cd " + directory_.path().string() + " && " + command},
                              {.environment = {"LC_ALL=C"}, .output = output});
        EXPECT_EQ(process.wait(60s), 0) << command;
        std::ifstream stream(output);
        std::stringstream text;
        text << stream.rdbuf();
        return text.str();
    }

    void expect_read(const std::string& text) const {
        ASSERT_TRUE(is_text(as_bytes(text))) << text;
        const auto bytes = read_dump(as_bytes(text));
        ASSERT_TRUE(bytes) << text;
        EXPECT_EQ(as_text(bytes->bytes()), frame_) << text;
    }

    test::TemporaryDirectory directory_;
    std::string frame_ = sample_frame();
};

TEST_F(FrameDump, OfEachToolIsRead) {
    for (const std::string command :
         {"xxd frame", "xxd -p frame", "xxd -i frame", "xxd -u -g1 frame", "xxd -g 4 -c 24 frame",
          "hexdump -C frame", "hexdump frame", "od -A x -t x1 frame", "od -A x -t x1z -v frame",
          "od -t x1 frame", "od -t x1z frame", "od -x frame", "base64 frame", "base64 -w 0 frame",
          "od -A n -v -t x1 frame"})
        expect_read(output_of(command));
}

TEST_F(FrameDump, OfASourceOrAnEditorIsRead) {
    frame_ = "\x08\0\x01\0\0\xff"sv;
    for (const std::string text :
         {"08 00 01 00 00 FF", "08:00:01:00:00:ff\r\n", "0800010000ff", "08-00-01-00-00-FF",
          "const uint8_t frame[] = {\n    0x08, 0x00, 0x1,\n    0x0, 0, 255,\n};\n",
          "0x08 0x00 0x01 0x00 0x00 0xFF",
          "00000000   08 00 01 00 00 FF                                ......\r\n",
          "\xef\xbb\xbf"
          "CAABAAD/\n"})
        expect_read(text);
    std::string utf16 = "\xff\xfe";
    for (const char c : "08 00 01 00 00 FF\r\n"sv)
        utf16.append(1, c).append(1, '\0');
    expect_read(utf16);
}

TEST_F(FrameDump, WithAMissingLineIsNotRead) {
    std::string dump = output_of("xxd frame");
    dump.erase(dump.find('\n') + 1, dump.find('\n', dump.find('\n') + 1) - dump.find('\n'));
    EXPECT_FALSE(read_dump(as_bytes(dump)));
}

TEST_F(FrameDump, IsNotTakenForABinaryFrame) {
    EXPECT_FALSE(is_text(as_bytes(frame_)));
    const auto same = frame_bytes(pki::Secret::copy_of(as_bytes(frame_)), "a.bin");
    ASSERT_TRUE(same);
    EXPECT_EQ(as_text(same->bytes()), frame_);
}

TEST_F(FrameDump, OfAnotherKindIsNamed) {
    const auto expect = [](std::string_view text, const std::string& what) {
        const auto bytes = frame_bytes(pki::Secret::copy_of(as_bytes(text)), "a.txt");
        ASSERT_FALSE(bytes) << text;
        EXPECT_EQ(bytes.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(bytes.error().what, HasSubstr(what));
        EXPECT_THAT(bytes.error().hint, HasSubstr("hex dump"));
    };
    expect("[12:00:01.100] TX: AT^SBNW=\"is_cert\",8,1\n[12:00:01.200] RX: CONNECT\n[12:00:01.300] TX: 08 00 "
           "01 00\n",
           "a.txt is text, such as a record of a serial monitor, not a frame");
    expect("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a.txt is PEM, not a frame");
    expect("<html></html>", "a.txt is a web page, not a frame");
    expect("nonsense", "a.txt is text, not a frame");
    expect(" ", "a.txt is empty, not a frame");
}

} // namespace
} // namespace bgs2::cli
