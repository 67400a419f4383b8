// SPDX-License-Identifier: Apache-2.0
// The mistakes of home-made frames (protocol.md §6), as a comparison with a valid frame reports them.
#include "cli/frame/compare.h"
#include "daemon/sbnw/frame.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

using test::Algorithm;
using test::Identity;

/// A recipe for a frame with the certificate and key of slot 0.
struct Recipe {
    std::size_t divisor = 1;      ///< of lengths
    std::size_t total_omits = 0;  ///< bytes that the total length does not count
    std::size_t header_omits = 0; ///< bytes that the length of a parameter does not count
    bool big_endian = false;
    Bytes certificate;
    Bytes key;
};

Bytes make(const Recipe& recipe) {
    Bytes bytes;
    const auto number = [&](std::size_t value) {
        const auto low = std::byte(value & 0xffU);
        const auto high = std::byte(value >> 8U & 0xffU);
        bytes.push_back(recipe.big_endian ? high : low);
        bytes.push_back(recipe.big_endian ? low : high);
    };
    const auto parameter = [&](std::size_t id, const Bytes& data) {
        number((4 + data.size() - recipe.header_omits) / recipe.divisor);
        number(id);
        bytes.insert(bytes.end(), data.begin(), data.end());
    };
    const std::size_t total = 6 + 6 + 4 + recipe.certificate.size() + 4 + recipe.key.size();
    number((total - recipe.total_omits) / recipe.divisor);
    number(1);
    number(3);
    parameter(1, Bytes(2));
    parameter(2, recipe.certificate);
    parameter(5, recipe.key);
    return bytes;
}

Bytes bytes(std::string_view text) {
    return {as_bytes(text).begin(), as_bytes(text).end()};
}

/// Replaces each byte above 7f by the result of `by`.
Bytes converted(const Bytes& frame, const std::function<std::string(unsigned)>& by) {
    std::string text;
    for (const std::byte byte : frame) {
        const auto value = std::to_integer<unsigned>(byte);
        text += value < 0x80 ? std::string(1, static_cast<char>(value)) : by(value);
    }
    return bytes(text);
}

struct Row {
    std::string name;
    Bytes frame;
    std::string likely; ///< a part of the message
};

class FrameFaults : public testing::Test {
  protected:
    static const Identity& identity() {
        static const Identity made = Identity::make({.algorithm = Algorithm::rsa2048});
        return made;
    }

    /// A valid frame with one change.
    static Bytes made(const std::function<void(Recipe&)>& change) {
        Recipe recipe;
        recipe.certificate = identity().certificate_der();
        recipe.key = identity().pkcs8_der();
        change(recipe);
        return make(recipe);
    }

    static Bytes with_suffix(const Bytes& frame, std::string_view text) {
        Bytes longer = frame;
        longer.insert(longer.end(), as_bytes(text).begin(), as_bytes(text).end());
        return longer;
    }

    static std::vector<Row> rows(const Bytes& right) {
        return {
            {"lengths in words", made([](Recipe& r) { r.divisor = 2; }), "count words of two bytes"},
            {"total length without the header", made([](Recipe& r) { r.total_omits = 6; }),
             "total length does not count the header of 6 bytes"},
            {"total length without itself", made([](Recipe& r) { r.total_omits = 2; }),
             "total length does not count its own two bytes"},
            {"parameters without their header", made([](Recipe& r) { r.header_omits = 4; }),
             "does not count its header of 4 bytes"},
            {"big-endian", made([](Recipe& r) { r.big_endian = true; }), "integers are big-endian"},
            {"PEM instead of DER",
             made([](Recipe& r) { r.certificate = bytes(identity().certificate_pem()); }),
             "certificate is PEM instead of DER"},
            {"PEM key", made([](Recipe& r) { r.key = bytes(identity().pkcs8_pem()); }),
             "private key is PEM instead of PKCS#8"},
            {"PKCS#1 instead of PKCS#8", made([](Recipe& r) { r.key = identity().traditional_der(); }),
             "private key is PKCS#1 instead of PKCS#8"},
            {"CR LF appended", with_suffix(right, "\r\n"), "2 bytes of CR/LF added after the frame"},
            {"CR appended", with_suffix(right, "\r"), "1 byte of CR/LF added after the frame"},
            {"UTF-8, replaced", converted(right, [](unsigned) { return "\xef\xbf\xbd"; }),
             "went through a UTF-8 conversion"},
            {"UTF-8, from Latin-1",
             converted(right,
                       [](unsigned byte) {
                           return std::string{static_cast<char>(0xc0U | byte >> 6U),
                                              static_cast<char>(0x80U | (byte & 0x3fU))};
                       }),
             "went through a UTF-8 conversion"},
            {"two at once", made([](Recipe& r) {
                 r.big_endian = true;
                 r.key = identity().traditional_der();
             }),
             "PKCS#1 instead of PKCS#8"},
        };
    }
};

TEST_F(FrameFaults, AreReportedByAComparisonWithAValidFrame) {
    const Bytes right = made([](Recipe&) {});
    ASSERT_TRUE(sbnw::decode(right));
    for (const Row& row : rows(right)) {
        SCOPED_TRACE(row.name);
        for (const bool right_first : {true, false}) {
            const Named valid{"right.bin", right};
            const Named mine{"mine.bin", row.frame};
            const Comparison comparison = right_first ? compare(valid, mine) : compare(mine, valid);
            EXPECT_FALSE(comparison.same);
            std::string likely;
            for (const std::string& words : comparison.likely) {
                EXPECT_TRUE(words.starts_with("mine.bin: ")) << words;
                likely += words + "\n";
            }
            EXPECT_NE(likely.find(row.likely), std::string::npos) << likely;
        }
    }
}

} // namespace
} // namespace bgs2::cli
