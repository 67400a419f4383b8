// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/frame_fault.h"
#include "daemon/sbnw/frame.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

using test::Identity;

/// Writes a frame with one parameter "slot" and one "certificate" by rules that a test changes.
struct FrameWriter {
    bool big_endian = false;
    bool id_first = false;
    std::function<std::size_t(std::size_t)> total = [](std::size_t length) { return length; };
    std::function<std::size_t(std::size_t)> parameter = [](std::size_t length) { return length; };
    std::size_t count = 2;

    [[nodiscard]] Bytes write(ByteView certificate) const {
        const Bytes slot = big_endian ? Bytes{std::byte{0}, std::byte{1}} : Bytes{std::byte{1}, std::byte{0}};
        Bytes bytes;
        put(bytes, total(6 + 6 + 4 + certificate.size()));
        put(bytes, 1);
        put(bytes, count);
        put_parameter(bytes, 1, slot);
        put_parameter(bytes, 2, certificate);
        return bytes;
    }

  private:
    void put(Bytes& bytes, std::size_t number) const {
        const std::byte low{static_cast<unsigned char>(number & 0xffU)};
        const std::byte high{static_cast<unsigned char>(number >> 8U)};
        bytes.push_back(big_endian ? high : low);
        bytes.push_back(big_endian ? low : high);
    }
    void put_parameter(Bytes& bytes, std::size_t id, ByteView data) const {
        put(bytes, id_first ? id : parameter(4 + data.size()));
        put(bytes, id_first ? parameter(4 + data.size()) : id);
        bytes.insert(bytes.end(), data.begin(), data.end());
    }
};

class FrameFaultTest : public testing::Test {
  protected:
    void expect_detected(const FrameWriter& writer, const std::string& words) {
        const auto fault = detect_fault(writer.write(certificate_));
        ASSERT_TRUE(fault) << words;
        EXPECT_EQ(fault->words.size(), 1U);
        EXPECT_NE(fault->words.front().find(words), std::string::npos) << fault->words.front();
        EXPECT_EQ(fault->frame, pki::Secret::copy_of(FrameWriter{}.write(certificate_)));
    }

    Bytes certificate_ = Identity::make({}).certificate_der();
};

TEST_F(FrameFaultTest, ReportsNoFaultForAValidFrame) {
    EXPECT_EQ(detect_fault(FrameWriter{}.write(certificate_)), std::nullopt);
    ASSERT_TRUE(sbnw::decode(FrameWriter{}.write(certificate_)));
}

TEST_F(FrameFaultTest, DetectsBigEndianIntegers) {
    expect_detected({.big_endian = true}, "big-endian");
}

TEST_F(FrameFaultTest, DetectsLengthsInWordsRoundedUpOrDown) {
    const auto down = [](std::size_t length) { return length / 2; };
    const auto up = [](std::size_t length) { return (length + 1) / 2; };
    expect_detected({.total = down, .parameter = down}, "words");
    expect_detected({.total = up, .parameter = up}, "words");
}

TEST_F(FrameFaultTest, DetectsATotalLengthWithoutItselfOrTheHeader) {
    expect_detected({.total = [](std::size_t length) { return length - 2; }}, "its own two bytes");
    expect_detected({.total = [](std::size_t length) { return length - 6; }}, "header of 6 bytes");
}

TEST_F(FrameFaultTest, DetectsAParameterLengthWithoutItselfOrItsHeader) {
    expect_detected({.parameter = [](std::size_t length) { return length - 4; }}, "header of 4 bytes");
    expect_detected({.parameter = [](std::size_t length) { return length - 2; }}, "its own two bytes");
}

TEST_F(FrameFaultTest, DetectsAnIdBeforeItsLength) {
    expect_detected({.id_first = true}, "the id of a parameter precedes its length");
}

TEST_F(FrameFaultTest, DetectsAWrongNumberOfParameters) {
    expect_detected({.count = 1}, "announces 1 parameter, but has 2");
}

TEST_F(FrameFaultTest, NamesSeveralFaultsAtOnce) {
    const auto fault = detect_fault(
        FrameWriter{.big_endian = true, .total = [](std::size_t length) { return length - 6; }}.write(
            certificate_));
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->words.size(), 2U);
}

TEST_F(FrameFaultTest, ReportsNoFaultForCorruptBytes) {
    Bytes bytes = FrameWriter{}.write(certificate_);
    bytes[30] ^= std::byte{0xff};
    bytes.erase(bytes.end() - 10, bytes.end());
    EXPECT_EQ(detect_fault(bytes), std::nullopt);
    EXPECT_EQ(detect_fault({}), std::nullopt);
    for (std::size_t size = 0; size < 40; ++size)
        EXPECT_EQ(detect_fault(Bytes(size, std::byte{0x01})), std::nullopt);
}

} // namespace
} // namespace bgs2::cli
