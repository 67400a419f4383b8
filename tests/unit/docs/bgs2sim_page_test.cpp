// SPDX-License-Identifier: Apache-2.0
// bgs2sim(1) says what bgs2sim --help does.
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace bgs2::test {
namespace {

using testing::Contains;

/// What the terms below a heading are about; "*labels*:_HOW_" is about labels.
std::set<std::string> bgs2sim_terms_of(std::string_view heading) {
    static const Page page = read_page(BGS2_MAN_SOURCES "/bgs2sim.1.scd");
    std::set<std::string> result;
    for (const Term& term : page.terms) {
        if (term.heading != heading)
            continue;
        for (const std::string& word : bold(term.line))
            result.insert(word);
    }
    return result;
}

/// From "  deaf:N       the first N ...": the lines between "Faults:" and "Examples:" that begin with two
/// blanks.
std::set<std::string> faults_of_help() {
    std::set<std::string> result;
    bool among_faults = false;
    for (const std::string& line : lines(help_of(BGS2SIM))) {
        if (!line.starts_with(' '))
            among_faults = line.starts_with("Faults:") || (among_faults && !line.empty());
        else if (among_faults)
            result.insert(line.substr(2, line.find_first_of(" [:", 2) - 2));
    }
    return result;
}

TEST(Bgs2simPage, HasEveryOptionAndNoOther) {
    const std::string help = help_of(BGS2SIM);
    std::set<std::string> program = options_of_help(help.substr(0, help.find("Faults:")));
    ASSERT_THAT(program, Contains("--baud"));
    program.insert({"--pty", "--connect", "--tty"}); // a group of its own, indented further
    EXPECT_EQ(bgs2sim_terms_of("OPTIONS"), program);
}

TEST(Bgs2simPage, HasEveryFaultAndNoOther) {
    const std::set<std::string> program = faults_of_help();
    ASSERT_THAT(program, Contains("hang-up"));
    EXPECT_EQ(bgs2sim_terms_of("FAULTS"), program);
}

} // namespace
} // namespace bgs2::test
