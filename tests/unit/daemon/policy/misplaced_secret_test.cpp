// SPDX-License-Identifier: Apache-2.0
// Secrets that were typed into a policy by mistake.
#include "daemon/policy/parse.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace bgs2::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view secret = "geheim1";

class MisplacedSecret : public ::testing::TestWithParam<std::string> {};

TEST_P(MisplacedSecret, IsInNoProblem) {
    const auto policy = parse(GetParam(), "f.toml");
    ASSERT_FALSE(policy) << GetParam();
    for (const Problem& problem : policy.error())
        EXPECT_THAT(to_string(problem), Not(HasSubstr(secret))) << GetParam();
}

/// The values of a key that takes a source.
std::vector<std::string> values_of_sources() {
    std::vector<std::string> texts;
    for (const auto* const key : {"passphrase", "private-key", "certificate", "key"}) {
        for (const auto* const value : {"'geheim1'",
                                        "'geheim1/'",
                                        "'/geheim1/'",
                                        "'/x{geheim1}'",
                                        "'/{geheim1'",
                                        "'/geheim1}'",
                                        "'credential:geheim1/'",
                                        "'pkcs11:geheim1'",
                                        "'pkcs11:pin-value=geheim1'",
                                        "'pkcs11:object=x geheim1'",
                                        "'geheim1:x'",
                                        "'${geheim1}'",
                                        "['geheim1']",
                                        "{ geheim1 = 'geheim1' }",
                                        "geheim1",
                                        "geheim1 # a",
                                        "\"geheim1",
                                        "'geheim1",
                                        "\"\\geheim1\"",
                                        "'a' geheim1",
                                        "1geheim1",
                                        "01geheim1",
                                        "0xgeheim1",
                                        "$geheim1",
                                        "%geheim1",
                                        "@geheim1",
                                        "+geheim1",
                                        "[geheim1]",
                                        "['a' geheim1]",
                                        "{ geheim1 }",
                                        "{ a = 'a', geheim1 }",
                                        "\"\"\"geheim1",
                                        "\"\x01geheim1\"",
                                        "\"\xffgeheim1\"",
                                        "\u201cgeheim1\u201d",
                                        "2026-geheim1",
                                        "infgeheim1"}) {
            texts.push_back(fmt::format("[[slot]]\nindex = 0\n{} = {}\n", key, value));
            texts.push_back(fmt::format("[provision.sign]\n{} = {}\n", key, value));
        }
    }
    return texts;
}

INSTANTIATE_TEST_SUITE_P(Sources, MisplacedSecret, ::testing::ValuesIn(values_of_sources()));

INSTANTIATE_TEST_SUITE_P(
    OtherPlaces, MisplacedSecret,
    ::testing::Values("[provision]\nreadable = ['geheim1']\n", "[provision]\nreadable = ['/geheim1']\n",
                      "[provision]\nreadable = 'geheim1'\n", "[provision]\nreadable = geheim1\n",
                      "[[slot]]\npasword = 'geheim1'\n", "[[slot]]\nunknown = ['geheim1', { geheim1 = 1 }]\n",
                      "passphrase geheim1\n", "passphrase: geheim1\n", "passphrase\ngeheim1\n", "geheim1\n",
                      "[geheim1\n", "[[slot]] geheim1\n",
                      "[[slot]]\npassphrase = 'a'\npassphrase = 'geheim1'\n", "passphrase = '''\ngeheim1\n",
                      "<<<<<<< geheim1\n", "geheim1 = 1\ngeheim1 = 2\n", "[geheim1]\n[geheim1]\n",
                      "passphrase = 'a'.geheim1 = 1\n",
                      // A line of a private key, which is a key without value or with one.
                      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQgeheim1 = 1\n"));

} // namespace
} // namespace bgs2::policy
