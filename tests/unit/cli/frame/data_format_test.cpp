// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/data_format.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bgs2::cli {
namespace {

using test::Algorithm;
using test::Identity;

TEST(DataFormat, DetectsTheFormatsOfOpenssl) {
    const Identity ec = Identity::make({});
    const Identity rsa = Identity::make({.algorithm = Algorithm::rsa2048});
    EXPECT_EQ(format_of(ec.certificate_der()), DataFormat::certificate);
    EXPECT_EQ(format_of(as_bytes(ec.certificate_pem())), DataFormat::pem);
    EXPECT_EQ(format_of(ec.pkcs8_der()), DataFormat::pkcs8);
    EXPECT_EQ(format_of(rsa.pkcs8_der()), DataFormat::pkcs8);
    EXPECT_EQ(format_of(rsa.traditional_der()), DataFormat::pkcs1);
    EXPECT_EQ(format_of(ec.traditional_der()), DataFormat::sec1);
    EXPECT_EQ(format_of(ec.encrypted_der("pass")), DataFormat::encrypted_pkcs8);
}

TEST(DataFormat, DoesNotDetectATruncatedCertificateAsPem) {
    const Bytes der = Identity::make({}).certificate_der();
    for (std::size_t size = 0; size < std::min<std::size_t>(der.size(), 64); ++size)
        EXPECT_NE(format_of(ByteView(der).first(size)), DataFormat::pem);
}

TEST(DerSize, CountsTheHeader) {
    const Bytes der = Identity::make({}).certificate_der();
    EXPECT_EQ(der_size(der), der.size());
    EXPECT_EQ(der_size(as_bytes("text")), std::nullopt);
}

} // namespace
} // namespace bgs2::cli
