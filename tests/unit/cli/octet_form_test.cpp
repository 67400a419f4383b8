#include "cli/octet_form.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bgs2::cli {
namespace {

using test::Algorithm;
using test::Identity;

TEST(OctetForm, TellsWhatOpensslWrites) {
    const Identity ec = Identity::make({});
    const Identity rsa = Identity::make({.algorithm = Algorithm::rsa2048});
    EXPECT_EQ(form_of(ec.certificate_der()), OctetForm::certificate);
    EXPECT_EQ(form_of(as_bytes(ec.certificate_pem())), OctetForm::pem);
    EXPECT_EQ(form_of(ec.pkcs8_der()), OctetForm::pkcs8);
    EXPECT_EQ(form_of(rsa.pkcs8_der()), OctetForm::pkcs8);
    EXPECT_EQ(form_of(rsa.traditional_der()), OctetForm::pkcs1);
    EXPECT_EQ(form_of(ec.traditional_der()), OctetForm::sec1);
    EXPECT_EQ(form_of(ec.encrypted_der("pass")), OctetForm::encrypted_pkcs8);
}

TEST(OctetForm, SurvivesEveryBeginningOfACertificate) {
    const Bytes der = Identity::make({}).certificate_der();
    for (std::size_t size = 0; size < std::min<std::size_t>(der.size(), 64); ++size)
        EXPECT_NE(form_of(ByteView(der).first(size)), OctetForm::pem);
}

TEST(DerSize, CountsTheHeader) {
    const Bytes der = Identity::make({}).certificate_der();
    EXPECT_EQ(der_size(der), der.size());
    EXPECT_EQ(der_size(as_bytes("text")), std::nullopt);
}

} // namespace
} // namespace bgs2::cli
