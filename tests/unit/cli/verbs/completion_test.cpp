// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"
#include "cli/program.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class CompletionTest : public testing::Test {
  protected:
    CompletionTest() { describe(program_, globals_); }

    Completion of(const std::vector<std::string>& words) { return complete(program_, words); }

    std::vector<std::string> words(const std::vector<std::string>& before) {
        std::vector<std::string> words;
        for (const Candidate& each : of(before).candidates)
            words.push_back(each.word);
        return words;
    }

    Verb program_{"bgs2ctl"};
    Globals globals_;
};

TEST_F(CompletionTest, OffersVerbsForTheFirstWord) {
    EXPECT_THAT(words({""}), AllOf(Contains("list"), Contains("provision"), Not(Contains("complete"))));
    EXPECT_THAT(words({"prov"}), ElementsAre("provision"));
    EXPECT_THAT(words({"frame", ""}), AllOf(Contains("encode"), Contains("decode"), Not(Contains("list"))));
    EXPECT_THAT(words({"nonsense", ""}), IsEmpty());
}

TEST_F(CompletionTest, HasADescriptionForEachCandidate) {
    EXPECT_THAT(of({"li"}).candidates,
                ElementsAre(Candidate{.word = "list", .about = "List all modems (the default)"}));
    EXPECT_THAT(of({"provision", "--dry"}).candidates,
                ElementsAre(Candidate{.word = "--dry-run",
                                      .about = "Show the steps and their reasons, and change nothing"}));
}

TEST_F(CompletionTest, OffersTheOptionsOfTheVerbAndOfAllVerbs) {
    EXPECT_THAT(words({"provision", "--"}),
                AllOf(Contains("--slot"), Contains("--dry-run"), Contains("--json"), Contains("--help")));
    EXPECT_THAT(words({"list", "--s"}), IsEmpty());
}

TEST_F(CompletionTest, KnowsTheKindOfEachWord) {
    EXPECT_EQ(of({"show", ""}).names, Names::modem);
    EXPECT_EQ(of({"show", "--json", "35"}).names, Names::modem);
    EXPECT_EQ(of({"show", "356938035643809", ""}).names, Names::word) << "show accepts one modem only";
    EXPECT_EQ(of({"frame", "decode", ""}).names, Names::file);
    EXPECT_EQ(of({"frame", "encode", "--cert", ""}).names, Names::file);
    EXPECT_EQ(of({"policy", "check", "a.toml", ""}).names, Names::file)
        << "policy check accepts several files";
    EXPECT_EQ(of({"history", "--since", ""}).names, Names::nothing);
}

TEST_F(CompletionTest, KnowsTheModemOfASlot) {
    const Completion completion = of({"provision", "43809", "--slot", ""});
    EXPECT_EQ(completion.names, Names::slot);
    EXPECT_EQ(completion.modem, "43809");
}

TEST_F(CompletionTest, OffersTheValidValuesOfAnOption) {
    EXPECT_THAT(words({"frame", "encode", "--format", ""}), ElementsAre("der", "pem-chain", "as-is"));
    EXPECT_THAT(words({"frame", "encode", "--format", "p"}), ElementsAre("pem-chain"));
}

/// Every option with a value and every argument of this verb and the verbs below it.
void check(const Verb& verb) {
    static const std::vector<std::string> not_listable{"--imei", "--since", "--limit",   "NAME",
                                                       "WORD",   "--host",  "--timeout", "--state"};
    for (const Parameter& parameter : verb.parameters()) {
        if (parameter.is_flag())
            continue;
        const auto names = names_of(parameter.name());
        ASSERT_TRUE(names.has_value()) << verb.name() << ' ' << parameter.name();
        if (std::ranges::find(not_listable, parameter.name()) == not_listable.end()) {
            EXPECT_NE(*names, Names::nothing) << verb.name() << ' ' << parameter.name();
        }
    }
    for (const Verb& below : verb.verbs())
        check(below);
}

TEST_F(CompletionTest, CoversEveryOption) {
    check(program_);
}

} // namespace
} // namespace bgs2::cli
