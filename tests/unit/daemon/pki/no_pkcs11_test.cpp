// SPDX-License-Identifier: Apache-2.0
// A build without BGS2_PKCS11: no_pkcs11.cpp takes the place of pkcs11.cpp.
#include "daemon/pki/pkcs11.h"
#include "daemon/policy/parse.h"

#include <gtest/gtest.h>

#include <string>

namespace bgs2::pki {
namespace {

const std::string cause =
    "keys on tokens are not supported: bgs2d was built without PKCS#11 (BGS2_PKCS11=OFF)";
const std::string advice =
    "use an absolute path or credential:NAME, or a bgs2d that was built with BGS2_PKCS11=ON";

TEST(BuildWithoutPkcs11, RefusesAPolicyThatNamesATokenAndSaysWhatToDo) {
    const auto policy = policy::parse("[provision]\nsign = { key = 'pkcs11:object=mgmt' }\n"
                                      "[[slot]]\nindex = 1\ncertificate = '/c'\n",
                                      "f.toml");
    ASSERT_FALSE(policy);
    ASSERT_EQ(policy.error().size(), 1U);
    EXPECT_EQ(to_string(policy.error().front()),
              "f.toml:2:16: [provision] sign key: " + cause + " (" + advice + ")");
}

TEST(BuildWithoutPkcs11, AcceptsAPolicyWithFiles) {
    EXPECT_TRUE(policy::parse("[[slot]]\nindex = 1\ncertificate = '/c'\n", "f.toml"));
}

TEST(BuildWithoutPkcs11, RefusesEachUseOfATokenWithTheSameError) {
    const auto expect_refused = [](const auto& result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::not_supported);
        EXPECT_EQ(result.error().what, cause);
        EXPECT_EQ(result.error().hint, advice);
    };
    expect_refused(tokens_supported());
    expect_refused(pin_file("pkcs11:object=a?pin-source=/pin"));
    expect_refused(token_signer("pkcs11:object=a", nullptr));
    expect_refused(read_token_key("pkcs11:object=a", nullptr));
}

} // namespace
} // namespace bgs2::pki
