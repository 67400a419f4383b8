// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/public_part.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

namespace bgs2::sbnw {
namespace {

using at::Extent;
using test::Identity;

class PublicPartTest : public testing::Test {
  protected:
    std::vector<Extent> part() const { return public_part(encode(command_).value().bytes()); }

    /// The only bytes that are not public.
    static std::vector<Extent> all_but(std::size_t offset, std::size_t size, std::size_t total) {
        return {{.offset = 0, .size = offset}, {.offset = offset + size, .size = total - offset - size}};
    }

    Identity identity_ = Identity::make({});
    SecureCommand command_;
};

TEST_F(PublicPartTest, IsTheWholeFrameIfItContainsNoKey) {
    command_.certificate = identity_.certificate_der();
    const auto size = encode(command_).value().size();
    EXPECT_EQ(part(), (std::vector<Extent>{{.offset = 0, .size = size}}));
}

TEST_F(PublicPartTest, ExcludesOnlyThePrivateKey) {
    command_.certificate = identity_.certificate_der();
    command_.private_key = pki::Secret::copy_of(identity_.pkcs8_der());
    command_.imei = "356938035643809";
    const std::size_t key = 6 + 6 + 4 + command_.certificate.size() + 4;
    EXPECT_EQ(part(), all_but(key, command_.private_key.size(), key + command_.private_key.size() + 20));
}

TEST_F(PublicPartTest, ExcludesACertificateParameterWithOtherContent) {
    const std::string chain = identity_.certificate_pem() + identity_.certificate_pem();
    command_.certificate = Bytes(as_bytes(chain).begin(), as_bytes(chain).end());
    EXPECT_EQ(part().size(), 1U) << "a chain is public";
    const std::string with_key = identity_.certificate_pem() + identity_.pkcs8_pem();
    const Bytes der = identity_.certificate_der();
    Bytes der_and_more = der;
    der_and_more.push_back(std::byte{1});
    for (const Bytes& bytes : {Bytes(as_bytes(with_key).begin(), as_bytes(with_key).end()),
                               identity_.pkcs8_der(), identity_.traditional_der(), der_and_more}) {
        command_.certificate = bytes;
        EXPECT_EQ(part(),
                  (std::vector<Extent>{{.offset = 0, .size = 16}, {.offset = 16 + bytes.size(), .size = 0}}));
    }
}

TEST_F(PublicPartTest, IsEmptyForAnInvalidFrame) {
    command_.certificate = identity_.certificate_der();
    const auto frame = encode(command_).value();
    EXPECT_TRUE(public_part(frame.bytes().first(frame.size() - 1)).empty());
    EXPECT_TRUE(public_part({}).empty());
}

} // namespace
} // namespace bgs2::sbnw
