// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace bgs2::policy {
namespace {

using namespace std::string_literals;

struct GlobCase {
    std::string pattern;
    std::string value;
    bool matches;
};

TEST(Glob, MatchesAsTheShellDoes) {
    const std::vector<GlobCase> cases{
        {"BGS2-*", "BGS2-W", true},
        {"BGS2-*", "BGS2-", true},
        {"BGS2-*", "bgs2-w", false},
        {"BGS2-*", "xBGS2-W", false},
        {"BGS2-?", "BGS2-W", true},
        {"BGS2-?", "BGS2-", false},
        {"BGS2-[EW]", "BGS2-E", true},
        {"BGS2-[!E]", "BGS2-E", false},
        {"[", "[", true},
        {R"(\*)", "*", true},
        {R"(\*)", "x", false},
        {"", "", true},
        {"", "x", false},
        {"*", "", true},
        {"platform-*", "platform-3f201000.serial/tty", true},
        {"*", ".hidden", true},
        {"*\0"s, "x", false},
        {"*", "x\0y"s, false},
        {"x", "x\0y"s, false},
    };
    for (const auto& [pattern, value, matches] : cases)
        EXPECT_EQ(glob_matches(pattern, value), matches) << pattern << " on " << value;
}

struct PatternsCase {
    std::vector<std::string> list;
    std::string value;
    bool expected;
};

TEST(Patterns, MatchIfAnyMatchesUnlessANegatedOneExcludes) {
    const std::vector<PatternsCase> cases{
        {{"a*"}, "ab", true},
        {{"a*", "b*"}, "ba", true},
        {{"a*", "b*"}, "ca", false},
        {{"a*", "!ab"}, "aa", true},
        {{"a*", "!ab"}, "ab", false},
        {{"!ab", "a*"}, "ab", false},
        {{"!ab"}, "aa", true},
        {{"!ab"}, "ab", false},
        {{"!a*", "!b*"}, "ba", false},
        {{"!a*", "!b*"}, "c", true},
        {{"!"}, "", false},
        {{"!"}, "x", true},
        {{}, "x", true},
    };
    for (const auto& each : cases) {
        const Patterns patterns{each.list};
        EXPECT_EQ(patterns.matches(each.value), each.expected) << to_string(patterns) << " on " << each.value;
    }
}

TEST(Patterns, ExcludeAValueThatContainsANul) {
    EXPECT_FALSE(Patterns{{"!x"}}.matches("y\0"s));
    EXPECT_EQ(Patterns{{"!x"}}.excluded_by("y\0"s), "!x");
}

TEST(Patterns, ReportTheExcludingPattern) {
    const Patterns patterns{{"a*", "!ab", "!ac"}};
    EXPECT_EQ(patterns.excluded_by("ac"), "!ac");
    EXPECT_EQ(patterns.excluded_by("ad"), std::nullopt);
    EXPECT_EQ(patterns.excluded_by("b"), std::nullopt);
}

TEST(Patterns, MatchAnAbsentValueOnlyIfAllAreNegated) {
    EXPECT_FALSE(Patterns{{"*"}}.matches_absent());
    EXPECT_FALSE((Patterns{{"*", "!x"}}.matches_absent()));
    EXPECT_TRUE((Patterns{{"!x", "!y"}}.matches_absent()));
}

TEST(Patterns, AreFormattedAsInAPolicyFile) {
    EXPECT_EQ(to_string(Patterns{{"BGS2-*"}}), R"("BGS2-*")");
    EXPECT_EQ(to_string(Patterns{{"3569*", "!3\"5\n"}}), R"(["3569*", "!3\"5\n"])");
}

} // namespace
} // namespace bgs2::policy
