// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/pki/cases.h"

#include <gmock/gmock.h>

#include <vector>

namespace bgs2::pki {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Cases = test::Cases;

TEST_F(Cases, OfTwoCasForOneSlotTheFirstIsTakenAndAWarningNamesBoth) {
    for (const auto& [name, taken, left] :
         std::vector<std::array<std::string, 3>>{{"bundle.pem", "Acme Test", "Acme Second"},
                                                 {"bundle-commented.pem", "Acme Test", "Acme Second"},
                                                 {"reversed.pem", "Acme Second", "Acme Test"},
                                                 {"trust.p12", "Acme Test", "Acme Second"}}) {
        const auto key_pair = load({.certificate = "ca-bundle/" + name, .passphrase = "ca-bundle/pass"});
        ASSERT_TRUE(key_pair) << to_string(key_pair.error());
        EXPECT_THAT(key_pair->chain.front().subject(), HasSubstr(taken)) << name;
        ASSERT_EQ(key_pair->warnings.size(), 1U) << name;
        EXPECT_THAT(key_pair->warnings.front().what,
                    testing::MatchesRegex("of the 2 certificates in its file, .*CN=" + taken +
                                          ".* is used; left out: .*CN=" + left + ".*"));
        const auto chain = load({.certificate = "ca-bundle/" + name, .passphrase = "ca-bundle/pass"},
                                CertificateFormat::pem_chain);
        ASSERT_TRUE(chain);
        EXPECT_EQ(chain->chain.size(), 2U);
        EXPECT_THAT(chain->warnings, IsEmpty());
    }
}

} // namespace
} // namespace bgs2::pki
