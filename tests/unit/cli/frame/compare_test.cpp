// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/compare.h"
#include "daemon/sbnw/frame.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace bgs2::cli {
namespace {

using sbnw::SecureCommand;
using test::Algorithm;
using test::Identity;

Bytes bytes_of(const SecureCommand& command) {
    const auto frame = sbnw::encode(command).value();
    return {frame.bytes().begin(), frame.bytes().end()};
}

SecureCommand write_command(unsigned slot, ByteView certificate) {
    SecureCommand command;
    command.slot = static_cast<std::uint16_t>(slot);
    command.certificate.assign(certificate.begin(), certificate.end());
    return command;
}

Comparison compare(ByteView first, ByteView second) {
    return cli::compare({"a.bin", first}, {"b.bin", second});
}

std::vector<std::string> fields_of(const Comparison& comparison) {
    std::vector<std::string> fields;
    for (const Difference& difference : comparison.differences)
        fields.push_back(difference.field);
    return fields;
}

using Words = std::vector<std::string>;

class ComparisonTest : public testing::Test {
  protected:
    Identity identity_ = Identity::make({});
    Bytes right_ = bytes_of(write_command(1, identity_.certificate_der()));
};

TEST_F(ComparisonTest, FindsNoDifferenceBetweenEqualFrames) {
    const Comparison comparison = compare(right_, right_);
    EXPECT_TRUE(comparison.same);
    EXPECT_TRUE(comparison.differences.empty());
    EXPECT_TRUE(comparison.likely.empty());
}

TEST_F(ComparisonTest, ListsTheFieldsThatDiffer) {
    const Comparison comparison = compare(right_, bytes_of(write_command(2, identity_.certificate_der())));
    EXPECT_FALSE(comparison.same);
    EXPECT_EQ(comparison.differences, (std::vector<Difference>{{"slot", "1", "2"}}));
}

TEST_F(ComparisonTest, ListsParametersThatOnlyOneFrameHas) {
    SecureCommand command = write_command(1, identity_.certificate_der());
    command.store = "is_cert";
    const Comparison comparison = compare(right_, bytes_of(command));
    EXPECT_EQ(fields_of(comparison), (Words{"bytes", "total length", "certificate store"}));
    EXPECT_EQ(comparison.differences.back().first, "-");
    EXPECT_EQ(comparison.differences.back().second, "is_cert");
}

TEST_F(ComparisonTest, DetectsPemInsteadOfDer) {
    const std::string pem = identity_.certificate_pem();
    const Comparison comparison = compare(right_, bytes_of(write_command(1, as_bytes(pem))));
    EXPECT_EQ(comparison.likely,
              (Words{"b.bin: the certificate is PEM instead of DER; otherwise it is the same"}));
}

TEST_F(ComparisonTest, DetectsPkcs1InsteadOfPkcs8) {
    const Identity rsa = Identity::make({.algorithm = Algorithm::rsa2048});
    SecureCommand first = write_command(0, rsa.certificate_der());
    first.private_key = pki::Secret::copy_of(rsa.traditional_der());
    SecureCommand second = write_command(0, rsa.certificate_der());
    second.private_key = pki::Secret::copy_of(rsa.pkcs8_der());
    const Comparison comparison = compare(bytes_of(first), bytes_of(second));
    EXPECT_EQ(comparison.likely,
              (Words{"a.bin: the private key is PKCS#1 instead of PKCS#8; otherwise it is the same"}));
}

TEST_F(ComparisonTest, NeverShowsAPrivateKey) {
    SecureCommand first = write_command(0, identity_.certificate_der());
    first.private_key = pki::Secret::copy_of(identity_.pkcs8_der());
    const Identity other = Identity::make({});
    SecureCommand second = write_command(0, identity_.certificate_der());
    second.private_key = pki::Secret::copy_of(other.pkcs8_der());
    const std::string json = to_json(compare(bytes_of(first), bytes_of(second))).dump();
    EXPECT_EQ(json.find(to_hex(ByteView(other.pkcs8_der()).subspan(40, 4))), std::string::npos);
    EXPECT_NE(json.find("private key, from byte "), std::string::npos) << json;
}

TEST_F(ComparisonTest, NamesTheFaultAndComparesTheRest) {
    Bytes wrong = bytes_of(write_command(2, identity_.certificate_der()));
    const std::size_t without_header = wrong.size() - 6;
    wrong[0] = std::byte(without_header & 0xffU);
    wrong[1] = std::byte(without_header >> 8U);
    const Comparison comparison = compare(right_, wrong);
    EXPECT_EQ(comparison.likely, (Words{"b.bin: its total length does not count the header of 6 bytes"}));
    EXPECT_EQ(fields_of(comparison), (Words{"total length", "slot"}));
}

TEST_F(ComparisonTest, DetectsAnAddedLineEnd) {
    Bytes longer = right_;
    longer.push_back(std::byte{'\r'});
    longer.push_back(std::byte{'\n'});
    const Comparison comparison = compare(right_, longer);
    EXPECT_EQ(fields_of(comparison), (Words{"bytes"}));
    ASSERT_EQ(comparison.likely.size(), 1U);
    EXPECT_NE(comparison.likely.front().find("CR/LF"), std::string::npos) << comparison.likely.front();
}

TEST_F(ComparisonTest, DetectsAConversionToUtf8) {
    std::string converted;
    for (const std::byte byte : right_) {
        if (std::to_integer<unsigned>(byte) < 0x80)
            converted += static_cast<char>(byte);
        else
            converted += "\xef\xbf\xbd";
    }
    const Comparison comparison = compare(right_, as_bytes(converted));
    ASSERT_EQ(comparison.likely.size(), 1U);
    EXPECT_NE(comparison.likely.front().find("UTF-8"), std::string::npos) << comparison.likely.front();
}

TEST_F(ComparisonTest, ComparesBytesThatAreNotAFrame) {
    const Comparison comparison = compare(right_, {});
    EXPECT_FALSE(comparison.same);
    EXPECT_EQ(fields_of(comparison), (Words{"bytes", "total length", "valid frame", "offset 0000"}));
}

} // namespace
} // namespace bgs2::cli
