// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"
#include "cli/program.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>

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
    CompletionTest() { describe(program_, globals_, chosen_); }

    Completion of(const std::vector<std::string>& words) { return complete(program_, words); }

    std::vector<std::string> words(const std::vector<std::string>& before) {
        std::vector<std::string> words;
        for (const Candidate& each : of(before).candidates)
            words.push_back(each.word);
        return words;
    }

    CLI::App program_;
    Globals globals_;
    Action chosen_;
};

TEST_F(CompletionTest, OfTheFirstWordIsAVerb) {
    EXPECT_THAT(words({""}), AllOf(Contains("list"), Contains("provision"), Not(Contains("complete"))));
    EXPECT_THAT(words({"prov"}), ElementsAre("provision"));
    EXPECT_THAT(words({"frame", ""}), AllOf(Contains("encode"), Contains("decode"), Not(Contains("list"))));
    EXPECT_THAT(words({"nonsense", ""}), IsEmpty());
}

TEST_F(CompletionTest, SaysWhatEachIs) {
    EXPECT_THAT(of({"li"}).candidates, ElementsAre(Candidate{.word = "list", .about = "List all modems"}));
    EXPECT_THAT(of({"provision", "--dry"}).candidates,
                ElementsAre(Candidate{.word = "--dry-run",
                                      .about = "show what would be done, and why; touch nothing. The exit"}));
}

TEST_F(CompletionTest, OfAnOptionIsOneOfTheVerbOrOfAll) {
    EXPECT_THAT(words({"provision", "--"}),
                AllOf(Contains("--slot"), Contains("--dry-run"), Contains("--json"), Contains("--help")));
    EXPECT_THAT(words({"list", "--s"}), IsEmpty());
}

TEST_F(CompletionTest, KnowsWhatAWordNames) {
    EXPECT_EQ(of({"show", ""}).names, Names::modem);
    EXPECT_EQ(of({"show", "--json", "35"}).names, Names::modem);
    EXPECT_EQ(of({"show", "356938035643809", ""}).names, Names::word) << "it takes one only";
    EXPECT_EQ(of({"frame", "decode", ""}).names, Names::file);
    EXPECT_EQ(of({"frame", "encode", "--cert", ""}).names, Names::file);
    EXPECT_EQ(of({"policy", "check", "a.toml", ""}).names, Names::file) << "it takes many";
    EXPECT_EQ(of({"history", "--since", ""}).names, Names::nothing);
}

TEST_F(CompletionTest, OfASlotKnowsTheModem) {
    const Completion completion = of({"provision", "43809", "--slot", ""});
    EXPECT_EQ(completion.names, Names::slot);
    EXPECT_EQ(completion.modem, "43809");
}

TEST_F(CompletionTest, OfAChoiceIsItsWords) {
    EXPECT_THAT(words({"frame", "encode", "--format", ""}), ElementsAre("der", "pem-chain", "as-is"));
    EXPECT_THAT(words({"frame", "encode", "--format", "p"}), ElementsAre("pem-chain"));
}

/// Every option that takes a value, and every argument, of this verb and those below it.
void check(const CLI::App& verb) {
    // What can not be listed.
    static const std::vector<std::string> free{"--imei", "--since", "--limit",   "NAME",
                                               "WORD",   "--host",  "--timeout", "--state"};
    for (const CLI::Option* option : verb.get_options()) {
        const std::string name =
            option->get_lnames().empty() ? option->get_name(true) : "--" + option->get_lnames().front();
        if (option->get_items_expected_max() > 0 && std::ranges::find(free, name) == free.end()) {
            EXPECT_NE(names_of(name), Names::nothing) << verb.get_name() << ' ' << name;
        }
    }
    for (const CLI::App* below : verb.get_subcommands({}))
        check(*below);
}

TEST_F(CompletionTest, ForgetsNoOption) {
    check(program_);
}

} // namespace
} // namespace bgs2::cli
