// SPDX-License-Identifier: Apache-2.0
// bgs2d.toml(5) and bgs2d.policy(5) have the keys that the parsers know, and examples that they accept.
#include "daemon/config.h"
#include "daemon/policy/parse.h"
#include "tests/support/program.h"
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Keys = std::set<std::string>;

/// What is wrong with a text, all of it.
using Parser = std::function<policy::Problems(const std::string& text)>;

policy::Problems problems_of_config(const std::string& text) {
    const auto config = parse_config(text, "x.toml");
    return config ? policy::Problems() : config.error();
}

policy::Problems problems_of_policy(const std::string& text) {
    const auto policy = policy::parse(text, "x.toml");
    return policy ? policy::Problems() : policy.error();
}

/// A page, and what reads the files that it is about.
struct Manual {
    std::string page;
    Parser parser;
    std::vector<std::string> tables; ///< as they are written in a file; "": what stands above the first
};

const std::vector<Manual> manuals{
    {"bgs2d.toml.5", problems_of_config, {"", "[[port]]"}},
    {"bgs2d.policy.5",
     problems_of_policy,
     {"", "[match]", "[port]", "[provision]", "[provision.sign]", "[[slot]]"}},
};

/// Nothing like any key.
const std::string unknown_word(20, 'q');

/// From "; valid keys: baud, flow-control, settle".
Keys keys_of_parser(const Manual& manual, const std::string& table) {
    constexpr std::string_view list = "; valid keys: ";
    Keys keys;
    for (const policy::Problem& problem : manual.parser(table + "\n" + unknown_word + " = 1\n")) {
        const auto at = problem.what.find(list);
        if (at == std::string::npos)
            continue;
        std::string rest = problem.what.substr(at + list.size());
        std::ranges::replace(rest, ',', '\n');
        for (const std::string& key : lines(rest))
            keys.insert(in_one_line(key));
    }
    return keys;
}

std::string without_brackets(std::string text) {
    std::erase_if(text, [](char c) { return c == '[' || c == ']'; });
    return text;
}

/// Its terms, and the tables in it.
Keys keys_of_page(const Page& page, const std::string& table) {
    Keys keys;
    for (const Term& term : page.terms) {
        if (term.heading == "OPTIONS" && term.subheading == (table.empty() ? "Top level" : table))
            keys.insert(bold(term.line).at(0));
    }
    const std::string prefix = table.empty() ? "" : without_brackets(table) + ".";
    for (const std::string& subheading : page.subheadings) {
        const std::string name = without_brackets(subheading);
        if (subheading.starts_with('[') && name.starts_with(prefix) &&
            !name.substr(prefix.size()).contains('.'))
            keys.insert(name.substr(prefix.size()));
    }
    return keys;
}

Page page_of(const Manual& manual) {
    return read_page(std::string(BGS2_MAN_SOURCES "/") + manual.page + ".scd");
}

TEST(KeysPage, HasEveryKeyAndNoOther) {
    for (const Manual& manual : manuals) {
        const Page page = page_of(manual);
        for (const std::string& table : manual.tables) {
            const Keys known = keys_of_parser(manual, table);
            EXPECT_THAT(known, Not(IsEmpty())) << manual.page << ' ' << table;
            EXPECT_EQ(keys_of_page(page, table), known) << manual.page << ' ' << table;
        }
    }
}

/// From "mode must be one of auto, manual, report, ignore, not ...": each of them.
std::vector<std::string> choices(const std::string& what) {
    constexpr std::string_view list = " must be one of ";
    const auto at = what.find(list);
    if (at == std::string::npos)
        return {};
    std::string rest = what.substr(at + list.size());
    rest.erase(rest.rfind(", not "));
    std::ranges::replace(rest, ',', '\n');
    std::vector<std::string> result;
    for (const std::string& word : lines(rest))
        result.push_back(in_one_line(word));
    return result;
}

TEST(KeysPage, HasTheValidValuesOfEachKey) {
    std::size_t checked = 0;
    for (const Manual& manual : manuals) {
        for (const Term& term : page_of(manual).terms) {
            if (term.heading != "OPTIONS")
                continue;
            const std::string key = bold(term.line).at(0);
            for (const std::string& value : {"\"" + unknown_word + "\"", std::string("-7")}) {
                for (const policy::Problem& problem :
                     manual.parser(term.subheading + "\n" + key + " = " + value + "\n")) {
                    for (const std::string& word : choices(problem.what)) {
                        EXPECT_THAT(term.body, HasSubstr(word)) << manual.page << ' ' << key;
                        ++checked;
                    }
                }
            }
        }
    }
    EXPECT_GT(checked, 20U);
}

TEST(KeysPage, MarksExactlyTheRequiredKeys) {
    for (const Manual& manual : manuals) {
        for (const Term& term : page_of(manual).terms) {
            if (term.heading != "OPTIONS" || !term.subheading.starts_with('['))
                continue;
            const std::string missing = "requires " + bold(term.line).at(0);
            const policy::Problems problems = manual.parser(term.subheading + "\n");
            const bool required = std::ranges::any_of(
                problems, [&](const policy::Problem& problem) { return problem.what.ends_with(missing); });
            EXPECT_EQ(term.body.contains("Required."), required) << manual.page << ' ' << term.line;
        }
    }
}

/// Those that are not something to be typed into a shell.
std::vector<std::string> files_in(const Page& page) {
    std::vector<std::string> result;
    for (const Example& example : page.examples) {
        if (!example.text.starts_with("$ "))
            result.push_back(example.text);
    }
    return result;
}

TEST(KeysPage, HasExamplePoliciesThatBgs2ctlAccepts) {
    const Folder folder;
    const std::vector<std::string> policies = files_in(page_of(manuals.at(1)));
    ASSERT_GT(policies.size(), 3U);
    for (const std::string& policy : policies) {
        const Outcome outcome = run({"policy", "check", folder.write("50-example.toml", policy)});
        EXPECT_EQ(outcome.exit, 0) << policy << outcome.errors;
    }
}

TEST(KeysPage, HasExampleConfigurationsThatTheDaemonAccepts) {
    const Folder folder;
    const std::vector<std::string> configurations = files_in(page_of(manuals.at(0)));
    ASSERT_GT(configurations.size(), 2U);
    for (const std::string& text : configurations) {
        const auto config = read_config(folder.write("bgs2d.toml", text), true);
        EXPECT_TRUE(config) << text << to_string(config.error().front());
    }
}

} // namespace
} // namespace bgs2::test
