// SPDX-License-Identifier: Apache-2.0
// Policies and directories that people really have: the folder `cases`
// beside that of the frames (BGS2_VECTORS).
#include "daemon/policy/directories.h"
#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TomlCases : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::is_directory(folder_))
            GTEST_SKIP() << "no folder " << folder_ << ": set BGS2_VECTORS to the folder beside it";
    }

    [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }

    /// The problems of a policy, without the file's name.
    [[nodiscard]] std::vector<std::string> problems(const std::string& name) const {
        const auto text = read_text_file(path(name));
        std::vector<std::string> lines;
        if (!text) {
            ADD_FAILURE() << name << ": " << text.error().what;
        } else if (const auto policy = parse(*text, "f"); !policy) {
            for (const Problem& problem : policy.error())
                lines.push_back(to_string(problem));
        }
        return lines;
    }

  private:
    static std::filesystem::path vectors() {
        const char* given = std::getenv("BGS2_VECTORS");
        return given != nullptr ? given : BGS2_VECTORS;
    }

    std::filesystem::path folder_ = vectors() / "../cases";
};

TEST_F(TomlCases, WithThousandsOfDotsAreRefusedInMilliseconds) {
    for (const auto* const name : {"toml-deep/dotted-5000.toml", "toml-deep/dotted-20000.toml"}) {
        const auto start = std::chrono::steady_clock::now();
        EXPECT_THAT(problems(name),
                    ElementsAre("f:1:34: nested more than 16 levels deep; no key needs more than three"));
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100)) << name;
    }
}

TEST_F(TomlCases, OfTypingErrorsNameTheirPlaceAndWhatIsMeant) {
    EXPECT_THAT(
        problems("toml-slips/conflict.toml"),
        ElementsAre("f:1:1: conflict marker of a merge; resolve the conflict and remove its markers"));
    EXPECT_THAT(problems("toml-slips/yes.toml"),
                ElementsAre("f:8:18: write true or false, in lower case and without quotes"));
    EXPECT_THAT(
        problems("toml-slips/typo.toml"),
        ElementsAre("f:4:1: [[slot]] #1 requires certificate",
                    R"(f:6:1: unknown key "certifcate" in [[slot]] #1; did you mean "certificate"?)"));
    EXPECT_THAT(problems("toml-slips/single-bracket.toml"),
                ElementsAre("f:4:1: slot must be an array of tables, each written as [[slot]]"));
    EXPECT_THAT(problems("toml-slips/idx-lead0.toml"),
                ElementsAre("f:5:9: a number must not begin with 0; omit the leading zeros"));
    EXPECT_THAT(problems("toml-slips/envvar.toml"),
                ElementsAre("f:6:15: [[slot]] #1 certificate: variables of the environment are not expanded "
                            "(use an absolute path, credential:NAME or, for a private key on a token, "
                            "pkcs11:URI)"));
    EXPECT_THAT(
        problems("toml-slips/underscore.toml"),
        ElementsAre(R"(f:8:1: unknown key "erase_unlisted" in [provision]; did you mean "erase-unlisted"?)"));
}

TEST_F(TomlCases, OfLitterInADirectoryLeaveItsPolicyAndNameTheUpperCaseOne) {
    const std::vector directories{path("policy-dir-litter")};
    const LoadResult loaded = load(directories);
    EXPECT_THAT(loaded.problems, IsEmpty());
    ASSERT_EQ(loaded.policies.size(), 1U);
    EXPECT_EQ(loaded.policies.front().name, "50-cloud");
    EXPECT_THAT(loaded.warnings,
                ElementsAre(Problem{.file = (directories.front() / "50-CLOUD2.TOML").string(),
                                    .line = 0,
                                    .column = 0,
                                    .what = "ignored: its name does not end in .toml; rename it to "
                                            "50-CLOUD2.toml"}));
}

} // namespace
} // namespace bgs2::policy
