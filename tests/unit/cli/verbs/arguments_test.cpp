// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/verbs.h"
#include "tests/support/program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view text) {
    std::istringstream stream{std::string(text)};
    return {std::istream_iterator<std::string>(stream), {}};
}

/// The program, its verbs and their prefixes, such as "policy".
std::vector<Words> all_commands() {
    std::vector<Words> commands{{}};
    for (const cli::VerbPrefix& prefix : cli::verb_prefixes())
        commands.push_back(words_of(prefix.name));
    for (const cli::VerbInfo& verb : cli::all_verbs())
        commands.push_back(words_of(verb.name));
    return commands;
}

TEST(Help, FitsInto80ColumnsForEveryVerb) {
    for (Words words : all_commands()) {
        words.emplace_back("--help");
        const Outcome help = run(words);
        EXPECT_EQ(help.exit, 0);
        EXPECT_EQ(help.errors, "");
        EXPECT_NE(help.output.find("Usage: bgs2ctl"), std::string::npos);
        std::istringstream lines(help.output);
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(line.size(), 80U) << line;
    }
}

TEST(Help, ListsEveryVerbInItsGroup) {
    const std::string help = run({"--help"}).output;
    const std::vector<std::pair<std::string, std::vector<std::string>>> groups = {
        {"\nModems, through bgs2d:",
         {"list", "show", "provision", "refresh", "trust", "install", "erase", "wait", "jobs", "cancel",
          "monitor", "history", "ports", "rescan", "doctor"}},
        {"\nPolicies:", {"policy show", "policy explain", "policy check", "policy reload"}},
        {"\nFrames, offline except send:",
         {"frame encode", "frame decode", "frame diff", "frame send", "capture"}},
    };
    std::size_t position = 0;
    std::size_t listed = 0;
    const auto follows = [&](const std::string& line) {
        position = help.find(line, position);
        return position != std::string::npos;
    };
    for (const auto& [title, verbs] : groups) {
        ASSERT_TRUE(follows(title + '\n')) << title;
        for (const std::string& verb : verbs)
            ASSERT_TRUE(follows("\n  " + verb + ' ')) << verb;
        listed += verbs.size();
    }
    EXPECT_EQ(std::ranges::count_if(cli::all_verbs(), std::not_fn(&cli::VerbInfo::alias)), listed);
    const std::string policy = run({"policy", "--help"}).output;
    for (const auto* verb : {"show", "explain", "check", "reload"})
        EXPECT_TRUE(policy.contains(std::string("\n  ") + verb + ' ')) << verb;
    EXPECT_FALSE(policy.contains("encode"));
}

TEST(Help, HasEveryOptionOfEncode) {
    const std::string help = run({"frame", "encode", "-h"}).output;
    for (const auto* option :
         {"--slot", "--cert", "--key", "--passphrase-file", "--format", "--key-format", "--delete",
          "--sign-key", "--sign-passphrase-file", "--digest", "--imei", "--store", "--include-store",
          "--include-thumbprint", "--force", "-o", "--json"})
        EXPECT_NE(help.find(std::string("  ") + option), std::string::npos) << option;
}

TEST(Version, IsOneLine) {
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.exit, 0);
    EXPECT_TRUE(version.output.starts_with("bgs2ctl "));
    EXPECT_TRUE(version.output.ends_with("\n"));
}

TEST(Arguments, ReportAnUnknownVerbWithASuggestion) {
    const Outcome wrong = run({"provison"});
    EXPECT_EQ(wrong.exit, 2);
    EXPECT_EQ(wrong.output, "");
    EXPECT_EQ(wrong.errors, "bgs2ctl: unknown command 'provison'\n"
                            "  hint: did you mean 'provision'? See 'bgs2ctl --help'\n");
    EXPECT_EQ(run({"frame", "decod", "x"}).errors,
              "bgs2ctl: unknown command 'frame decod'\n"
              "  hint: did you mean 'decode'? See 'bgs2ctl frame --help'\n");
    EXPECT_EQ(run({"policy", "chekc"}).errors, "bgs2ctl: unknown command 'policy chekc'\n"
                                               "  hint: did you mean 'check'? See 'bgs2ctl policy --help'\n");
}

TEST(Arguments, ReportAnUnknownOptionWithASuggestion) {
    const Outcome wrong = run({"provision", "any", "--dryrun"});
    EXPECT_EQ(wrong.exit, 2);
    EXPECT_EQ(wrong.errors, "bgs2ctl: unknown option '--dryrun' for 'provision'\n"
                            "  hint: did you mean '--dry-run'? See 'bgs2ctl provision --help'\n");
    EXPECT_EQ(run({"--colour"}).errors, "bgs2ctl: unknown option '--colour'\n"
                                        "  hint: see 'bgs2ctl --help'\n");
}

TEST(Arguments, AreRefusedIfExcessiveMissingOrOutOfRange) {
    const std::vector<Words> all{{"list", "one"},
                                 {"show", "any", "any"},
                                 {"policy"},
                                 {"policy", "explain", "any", "any"},
                                 {"policy", "show", "one", "two"},
                                 {"frame"},
                                 {"frame", "decode"},
                                 {"frame", "diff", "a"},
                                 {"frame", "encode", "--slot", "1"},
                                 {"frame", "encode", "--cert", "a"},
                                 {"frame", "encode", "--slot", "31", "--delete"},
                                 {"frame", "encode", "--slot", "-1", "--delete"},
                                 {"frame", "encode", "--slot", "one", "--delete"},
                                 {"frame", "encode", "--slot", "0x8", "--delete"},
                                 {"frame", "encode", "--slot", "1e1", "--delete"},
                                 {"frame", "encode", "--slot", "+1", "--delete"},
                                 {"frame", "encode", "--slot", "031", "--delete"},
                                 {"frame", "encode", "--slot", "1", "--delete", "--key", "a"},
                                 {"frame", "encode", "--slot", "1", "--delete", "--imei", "356938035643809"},
                                 {"frame", "encode", "--slot", "1", "--delete", "--include-thumbprint"},
                                 {"frame", "encode", "--slot", "1", "--cert", "a", "--format", "pkcs7"},
                                 {"frame", "encode", "--slot", "1", "--cert", "a", "--store", "agps"},
                                 {"provision", "--slot"},
                                 {"install", "--slot", "1"},
                                 {"install", "--cert", "a"},
                                 {"install", "--slot", "31", "--cert", "a"},
                                 {"install", "--slot", "1", "--cert", "a", "--format", "pkcs7"},
                                 {"install", "--slot", "1", "--cert", "a", "--store", "omadm"},
                                 {"install", "--slot", "1", "--cert", "-", "--key", "-"},
                                 {"frame", "encode", "--slot", "0", "--cert", "-", "--key", "-"},
                                 {"frame", "decode", "-", "--verify-key", "-"},
                                 {"frame", "diff", "-", "-"},
                                 {"policy", "check", "-", "-"},
                                 {"frame", "send"},
                                 {"erase", "any"},
                                 {"erase", "any", "--slot", "1", "--store", "agps"},
                                 {"frame", "send", "any", "a", "b"},
                                 {"jobs", "1"},
                                 {"cancel"},
                                 {"cancel", ""},
                                 {"cancel", "seven"},
                                 {"cancel", "0x3"},
                                 {"wait", "--state", "complaint"},
                                 {"wait", "--state", "compliant,"},
                                 {"wait", "--timeout", "soon"},
                                 {"wait", "--timeout", "200000d"},
                                 {"list", "--host"},
                                 {"list", "--host", ""},
                                 {"list", "--host", "-oProxyCommand=true"},
                                 {"history", "43809"},
                                 {"history", "--limit", "0"},
                                 {"history", "--limit", "10001"},
                                 {"history", "--limit", "many"},
                                 {"history", "--since", "yesterday"}};
    for (const Words& words : all) {
        const Outcome wrong = run(words);
        EXPECT_EQ(wrong.exit, 2) << words.back();
        EXPECT_EQ(wrong.output, "");
        EXPECT_TRUE(wrong.errors.starts_with("bgs2ctl: ")) << wrong.errors;
        EXPECT_NE(wrong.errors.find("\n  hint: "), std::string::npos) << wrong.errors;
    }
}

TEST(Arguments, AreRefusedWithTheNameOfTheOption) {
    const std::vector<std::pair<Words, std::string>> all{
        {{"frame", "decode"}, "F is required"},
        {{"install", "--slot", "1"}, "--cert is required"},
        {{"provision", "--slot"}, "--slot requires a value"},
        {{"list", "--host"}, "--host requires a value"},
        {{"erase", "any", "--slot", "1", "--slot", "2"}, "--slot can be given only once"},
        {{"list", "--host", "a", "--host", "b"}, "--host can be given only once"},
        {{"erase", "", "--slot", "1"}, "M is empty"},
        {{"frame", "decode", ""}, "F is empty"},
        {{"install", "any", "--slot", "1", "--cert", ""}, "--cert is empty"},
        {{"list", "--json=maybe"}, "--json does not take a value"},
        {{"erase", "any", "--slot", "31"}, "--slot: '31' is not a decimal number from 0 to 30"},
        {{"frame", "encode", "--slot", "1", "--delete", "--imei", "356938035643809"},
         "--imei requires --sign-key"}};
    for (const auto& [words, message] : all)
        EXPECT_TRUE(run(words).errors.starts_with("bgs2ctl: " + message + "\n")) << run(words).errors;
}

TEST(Arguments, AreRefusedWithAJsonErrorIfJsonIsRequested) {
    const Outcome wrong = run({"provison", "--json"});
    EXPECT_EQ(wrong.exit, 2);
    EXPECT_TRUE(
        wrong.errors.starts_with(R"({"error":"Usage","message":"unknown command 'provison'","hint":")"))
        << wrong.errors;
}

} // namespace
} // namespace bgs2::test
