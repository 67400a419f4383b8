// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <unistd.h>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view good = "[match]\nmodel = \"BGS2-*\"\n";
constexpr std::string_view bad = "[match]\nmodle = \"BGS2-*\"\n\n[provision]\nmode = \"always\"\n";

TEST(PolicyCheck, CountsTheFiles) {
    const Folder folder;
    const std::string first = folder.write("10.toml", good);
    const std::string second = folder.write("20.toml", std::string_view());
    const Outcome one = run({"policy", "check", first});
    EXPECT_EQ(one.exit, 0);
    EXPECT_EQ(one.output, "1 policy file, no errors\n");
    EXPECT_EQ(one.errors, "");
    EXPECT_EQ(run({"policy", "check", first, second}).output, "2 policy files, no errors\n");
}

TEST(PolicyCheck, ReportsEveryErrorWithFileLineAndColumn) {
    const Folder folder;
    const std::string first = folder.write("10.toml", bad);
    const std::string second = folder.write("20.toml", good);
    const std::string third = folder.write("30.toml", "[match\n");
    const Outcome result = run({"policy", "check", first, second, third});
    EXPECT_EQ(result.exit, 1);
    EXPECT_EQ(result.output, "");
    EXPECT_THAT(result.errors,
                StartsWith(first + ":2:1: unknown key \"modle\" in [match]; did you mean \"model\"?\n" +
                           first + ":5:8: "));
    EXPECT_THAT(result.errors, HasSubstr("\n" + third + ":1:"));
    EXPECT_THAT(result.errors, HasSubstr("\nbgs2ctl: 3 errors in 3 policy files\n  hint: "));
}

TEST(PolicyCheck, ReadsOnlyThePoliciesOfADirectory) {
    const Folder folder;
    std::filesystem::create_directory(folder.path("policy.d"));
    (void)folder.write("policy.d/10.toml", good);
    (void)folder.write("policy.d/20.toml", bad);
    (void)folder.write("policy.d/.30.toml.swp", bad);
    (void)folder.write("policy.d/README", bad);
    const Outcome result = run({"policy", "check", folder.path("policy.d")});
    EXPECT_EQ(result.exit, 1);
    EXPECT_THAT(result.errors, HasSubstr("bgs2ctl: 2 errors in 2 policy files\n"));
}

TEST(PolicyCheck, WarnsAboutAnIgnoredFileThatLooksLikeAPolicy) {
    const Folder folder;
    std::filesystem::create_directory(folder.path("policy.d"));
    (void)folder.write("policy.d/10.toml", good);
    (void)folder.write("policy.d/60.toml~", bad);
    const std::string ignored = folder.write("policy.d/50-CLOUD2.TOML", bad);
    const Outcome result = run({"policy", "check", folder.path("policy.d")});
    EXPECT_EQ(result.exit, 0);
    EXPECT_EQ(result.output, "1 policy file, no errors\n");
    EXPECT_EQ(result.errors, "warning: " + ignored +
                                 ": ignored: its name does not end in .toml; rename it to 50-CLOUD2.toml\n");
    const Outcome json = run({"policy", "check", folder.path("policy.d"), "--json"});
    EXPECT_EQ(json.exit, 0);
    EXPECT_EQ(json.errors, "");
    const auto object = nlohmann::json::parse(json.output);
    EXPECT_TRUE(object["problems"].empty());
    ASSERT_EQ(object["warnings"].size(), 1U);
    EXPECT_EQ(object["warnings"][0]["file"], ignored);
    EXPECT_EQ(object["warnings"][0]["line"], 0);
}

TEST(PolicyCheck, AcceptsADirectoryWithoutPolicies) {
    const Folder folder;
    std::filesystem::create_directory(folder.path("policy.d"));
    const Outcome result = run({"policy", "check", folder.path("policy.d")});
    EXPECT_EQ(result.exit, 0);
    EXPECT_EQ(result.output, "no policy files in " + folder.path("policy.d") + "\n");
}

TEST(PolicyCheck, ExitsWithThreeIfAFileIsMissing) {
    const Folder folder;
    const Outcome missing = run({"policy", "check", folder.path("gone.toml")});
    EXPECT_EQ(missing.exit, 3);
    EXPECT_THAT(missing.errors,
                StartsWith(folder.path("gone.toml") + ": cannot open: No such file or directory\n"));
    EXPECT_EQ(run({"policy", "check", folder.path("gone.toml"), folder.write("10.toml", bad)}).exit, 1);
    EXPECT_EQ(run({"policy", "check", folder.write("20.toml", good), folder.path("gone.toml")}).exit, 3);
}

TEST(PolicyCheck, ExitsWithFourIfAFileCannotBeRead) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "SKIPPED: requires root to run a program as another user";
    const Folder folder;
    const std::string file = folder.write("10.toml", good);
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    const Outcome result = run({"policy", "check", file}, {.as_nobody = true});
    EXPECT_EQ(result.exit, 4);
    EXPECT_THAT(result.errors, HasSubstr("cannot open: Permission denied"));
}

TEST(PolicyCheck, PrintsAnObjectAsJson) {
    const Folder folder;
    const std::string file = folder.write("10.toml", bad);
    const Outcome wrong = run({"policy", "check", file, "--json"});
    EXPECT_EQ(wrong.exit, 1);
    const auto object = nlohmann::json::parse(wrong.output);
    EXPECT_EQ(object["files"], 1);
    ASSERT_EQ(object["problems"].size(), 2U);
    EXPECT_EQ(object["problems"][0]["file"], file);
    EXPECT_EQ(object["problems"][0]["line"], 2);
    EXPECT_EQ(object["problems"][0]["column"], 1);
    EXPECT_THAT(object["problems"][0]["message"].get<std::string>(), HasSubstr("did you mean"));
    EXPECT_EQ(nlohmann::json::parse(wrong.errors)["error"], "PolicyInvalid");
    EXPECT_EQ(run({"policy", "check", "--json", folder.write("20.toml", good)}).output,
              "{\"files\":1,\"problems\":[],\"warnings\":[]}\n");
}

TEST(PolicyCheck, EscapesControlCharacters) {
    const Folder folder;
    const Outcome result = run({"policy", "check", folder.write("\x1b[31m.toml", bad)});
    EXPECT_EQ(result.errors.find('\x1b'), std::string::npos);
    EXPECT_THAT(result.errors, HasSubstr("/\\x1b[31m.toml:2:1: "));
}

} // namespace
} // namespace bgs2::test
