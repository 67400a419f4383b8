// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/toml_syntax.h"
#include "daemon/policy/toml_value.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

std::string repeated(std::string_view part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += part;
    return text;
}

std::string problem(std::string_view text) {
    const auto value = read_toml(text, "f");
    return value ? "valid" : to_string(value.error());
}

TEST(DeepNesting, IsFoundInKeysAndBrackets) {
    EXPECT_EQ(find_deep_nesting(repeated("a.", deepest_nesting + 1)), (Position{1, 34}));
    EXPECT_EQ(find_deep_nesting("x = 1\n[" + repeated("'ä'.", deepest_nesting + 1)), (Position{2, 69}));
    EXPECT_EQ(find_deep_nesting("a = " + repeated("[", deepest_nesting + 1)), (Position{1, 21}));
    EXPECT_EQ(find_deep_nesting("a = " + repeated("{a=", deepest_nesting + 1)), (Position{1, 53}));
    EXPECT_TRUE(find_deep_nesting("a = [\"\"\"x\"\"\"\"\", { " + repeated("a.", deepest_nesting + 1)));
    EXPECT_TRUE(find_deep_nesting(repeated("a . ", deepest_nesting + 1)));
}

TEST(DeepNesting, IsAbsentFromStringsCommentsAndLists) {
    const std::string dots = repeated("a.", 100) + repeated("[{", 100);
    for (const std::string& text :
         {"a = \"" + dots + "\"", "a = '" + dots + "'", "# " + dots, "a = \"\"\"\n" + dots + "\"\"\"",
          "a = '''\n" + dots + "'''", "a = \"\\\"" + dots + "\"", "a = [" + repeated("1.5, ", 100) + "]",
          repeated("a.b = 1\n", 100), repeated("[[slot]]\n", 100), std::string(), std::string("\"")})
        EXPECT_EQ(find_deep_nesting(text), std::nullopt) << text;
}

TEST(DeepNesting, IsRefusedBeforeTheTextIsParsed) {
    const std::string refused = ": nested more than 16 levels deep; no key needs more than three";
    EXPECT_EQ(problem(repeated("a.", 100'000) + "a = 1"), "f:1:34" + refused);
    EXPECT_EQ(problem("a = " + repeated("[", 500'000)), "f:1:21" + refused);
    EXPECT_EQ(problem("a = " + repeated("{ a = ", 100'000)), "f:1:101" + refused);
    EXPECT_EQ(problem(repeated("a.", deepest_nesting) + "a = 1"), "valid");
}

struct SyntaxCase {
    std::string text;
    std::string problem;
};

class TomlSyntax : public ::testing::TestWithParam<SyntaxCase> {};

TEST_P(TomlSyntax, ErrorIsExplainedInThePeoplesWords) {
    EXPECT_EQ(problem(GetParam().text), GetParam().problem) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    All, TomlSyntax,
    ::testing::Values(
        SyntaxCase{"a = yes\n", "f:1:5: write true or false, in lower case and without quotes"},
        SyntaxCase{"a=  True # x\n", "f:1:5: write true or false, in lower case and without quotes"},
        SyntaxCase{"a = no\n", "f:1:5: write true or false, in lower case and without quotes"},
        SyntaxCase{"a = true x\n", "f:1:10: only a comment may follow on this line"},
        SyntaxCase{"a = 007\n", "f:1:5: a number must not begin with 0; omit the leading zeros"},
        SyntaxCase{"a = 30d\n",
                   "f:1:5: a number must not contain letters; write a time in quotes, such as \"30d\""},
        SyntaxCase{"ä = ${X}\n",
                   "f:1:1: a line is [NAME], [[NAME]], KEY = VALUE or a comment that begins with #"},
        SyntaxCase{"a = ${X}\n",
                   "f:1:5: variables of the environment are not expanded; write the value itself, in quotes"},
        SyntaxCase{"a = /etc/x.pem\n", "f:1:5: text requires quotes, such as \"/etc/bgs2d/certs/ca.pem\""},
        SyntaxCase{"a = [ BGS2-* ]\n", "f:1:7: text requires quotes; numbers, true and false do not"},
        SyntaxCase{"a = \u201cx\u201d\n", "f:1:5: typographic quotes; write \" or '"},
        SyntaxCase{"a =\nb = 1\n", "f:1:3: the value is missing"},
        SyntaxCase{"a: x\n", "f:1:2: a key must be followed by = instead of :"},
        SyntaxCase{"a\n", "f:1:2: a key must be followed by = and its value"},
        SyntaxCase{"; x\n", "f:1:1: a comment must begin with #"},
        SyntaxCase{"a = 1\n=======\n",
                   "f:2:1: conflict marker of a merge; resolve the conflict and remove its markers"},
        SyntaxCase{"[match\n", "f:1:7: a table header is [NAME] or [[NAME]] on a line of its own"},
        SyntaxCase{"[a]\n[a]\n",
                   "f:2:1: a table of this name is already defined; write its keys below one header"},
        SyntaxCase{"[a]\n[[a]]\n",
                   "f:2:1: mixes [NAME] and [[NAME]]; write each of these tables as [[NAME]]"},
        SyntaxCase{"[[a]]\n[a]\n",
                   "f:2:1: mixes [NAME] and [[NAME]]; write each of these tables as [[NAME]]"},
        SyntaxCase{"a = 1\na = 2\n", "f:2:5: this key is already defined; remove one of both"},
        SyntaxCase{"a = \"C:\\x\"\n",
                   "f:1:9: unknown escape sequence; write a backslash as \\\\, or use ' as quotes"},
        SyntaxCase{"a = \"x\n",
                   "f:1:7: a string must not contain control characters, and must be closed on its line"},
        SyntaxCase{"a = [ 1 2 ]\n", "f:1:9: a list requires commas between its values and a closing ]"},
        SyntaxCase{"a = { b = 1,\n", "f:1:13: a table between braces must be complete on its line"},
        SyntaxCase{"a = 99999999999999999999\n", "f:1:25: the number is too large"},
        SyntaxCase{"a = '\xff'\n", "f:1:5: invalid UTF-8; save the file as UTF-8"},
        SyntaxCase{std::string("\xff\xfe[\0m\0", 6), "f:1:1: UTF-16; save the file as UTF-8"},
        SyntaxCase{"a = 1\rb = 2\r",
                   "f:1:7: a line that ends with CR only; save the file with LF line ends"}));

} // namespace
} // namespace bgs2::policy
