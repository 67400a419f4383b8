// SPDX-License-Identifier: Apache-2.0
// bgs2ctl(1) says what bgs2ctl --help does, no more and no less.
#include "daemon/base/error.h"
#include "tests/support/program.h"
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

using Options = std::set<std::string>;
using Verbs = std::map<std::string, Options>;

const Page& page() {
    static const Page page = read_page(BGS2_MAN_SOURCES "/bgs2ctl.1.scd");
    return page;
}

Options options_of(const Term& term) {
    Options result;
    for (const std::string& word : bold(term.line)) {
        if (word.starts_with('-'))
            result.insert(word);
    }
    return result;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> result;
    for (std::string word; stream >> word;)
        result.push_back(word);
    return result;
}

bool is_word_of_a_verb(const std::string& word) {
    return word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
}

Options global_options() {
    return options_of_help(run({"--help"}).output);
}

/// From "  policy explain [M]   why ...": lines that begin with two blanks and a verb.
std::vector<std::string> verbs_of_help(const std::string& help) {
    std::vector<std::string> result;
    for (const std::string& line : lines(help)) {
        if (!line.starts_with("  ") || line.starts_with("   "))
            continue;
        std::string verb;
        for (const std::string& word : words(line.substr(2, line.find("  ", 2) - 2))) {
            if (!is_word_of_a_verb(word))
                break;
            verb += (verb.empty() ? "" : " ") + word;
        }
        if (!verb.empty())
            result.push_back(verb);
    }
    return result;
}

Verbs verbs_of_program() {
    const Options globals = global_options();
    Verbs result;
    for (const std::string& verb : verbs_of_help(run({"--help"}).output)) {
        std::vector<std::string> arguments = words(verb);
        arguments.emplace_back("--help");
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.exit, 0) << verb;
        Options& options = result[verb];
        std::ranges::set_difference(options_of_help(outcome.output), globals,
                                    std::inserter(options, options.end()));
    }
    return result;
}

Verbs verbs_of_page() {
    Verbs result;
    std::vector<std::string> current;
    for (const Term& term : page().terms) {
        if (term.heading != "VERBS")
            continue;
        if (term.depth == 0) {
            current = bold(term.line);
            std::erase_if(current, [](const std::string& word) { return word.starts_with('-'); });
        }
        for (const std::string& verb : current) {
            Options& options = result[verb];
            if (term.depth == 1)
                options.merge(options_of(term));
        }
    }
    result.erase("reload"); // "policy reload", by its short name
    return result;
}

TEST(Bgs2ctlPage, HasEveryVerbAndNoOther) {
    const Verbs program = verbs_of_program();
    ASSERT_THAT(program, Not(IsEmpty()));
    const Verbs page = verbs_of_page();
    for (const auto& [verb, options] : program)
        EXPECT_TRUE(page.contains(verb)) << "the page lacks " << verb;
    for (const auto& [verb, options] : page)
        EXPECT_TRUE(program.contains(verb)) << "there is no " << verb;
}

TEST(Bgs2ctlPage, HasTheOptionsOfEachVerb) {
    const Verbs page = verbs_of_page();
    for (const auto& [verb, options] : verbs_of_program()) {
        if (page.contains(verb)) {
            EXPECT_EQ(page.at(verb), options) << verb;
        }
    }
}

TEST(Bgs2ctlPage, ExplainsEveryOptionInTheSynopsisOfAVerb) {
    Options explained;
    for (const Term& term : page().terms | std::views::reverse) {
        if (term.heading != "VERBS")
            continue;
        if (term.depth == 1) {
            explained.merge(options_of(term));
            continue;
        }
        for (const std::string& option : options_of(term))
            EXPECT_THAT(explained, Contains(option)) << term.line;
        explained.clear();
    }
}

TEST(Bgs2ctlPage, HasTheGlobalOptions) {
    Options options;
    for (const Term& term : page().terms) {
        if (term.heading == "OPTIONS")
            options.merge(options_of(term));
    }
    EXPECT_EQ(options, global_options());
}

/// "*3* (NotFound, DeviceGone)" as 3 and these words.
std::map<int, std::set<std::string>> exit_codes_of_page() {
    std::map<int, std::set<std::string>> result;
    for (const Term& term : page().terms) {
        if (term.heading != "EXIT STATUS")
            continue;
        std::set<std::string>& errors = result[std::stoi(bold(term.line).at(0))];
        std::string rest = term.line.substr(std::min(term.line.find('('), term.line.size()));
        std::ranges::replace_if(rest, [](char c) { return c == '(' || c == ')' || c == ','; }, ' ');
        for (std::string& word : words(rest))
            errors.insert(std::move(word));
    }
    return result;
}

TEST(Bgs2ctlPage, HasEveryExitCodeAndNoOther) {
    // Out of the source: a program can not list what is in an enum.
    std::string text = read_text(BGS2_SOURCES "/daemon/base/error.h");
    text.erase(0, text.find("enum class ExitCode {"));
    text.erase(text.find("};"));
    std::set<int> wanted;
    for (auto equals = text.find(" = "); equals != std::string::npos; equals = text.find(" = ", equals + 1))
        wanted.insert(std::stoi(text.substr(equals + 3)));
    ASSERT_THAT(wanted, Contains(static_cast<int>(ExitCode::drift)));
    std::set<int> found;
    for (const auto& [code, errors] : exit_codes_of_page())
        found.insert(code);
    EXPECT_EQ(found, wanted);
}

TEST(Bgs2ctlPage, HasEachErrorWithItsExitCode) {
    // bgs2ctl's own words, see cli/terminal/command_error.cpp and cli/verbs/wait.cpp.
    std::map<int, std::set<std::string>> wanted{{static_cast<int>(ExitCode::usage), {"Usage"}},
                                                {static_cast<int>(ExitCode::no_daemon), {"NoDaemon"}},
                                                {static_cast<int>(ExitCode::timed_out), {"Timeout"}}};
    for (const ErrorCode error : values_of<ErrorCode>) {
        wanted[static_cast<int>(exit_code(error))].emplace(word(error));
    }
    for (const auto& [code, errors] : exit_codes_of_page())
        EXPECT_EQ(errors, wanted[code]) << code;
}

} // namespace
} // namespace bgs2::test
