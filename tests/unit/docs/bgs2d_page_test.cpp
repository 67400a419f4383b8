// SPDX-License-Identifier: Apache-2.0
// bgs2d(8) says what the daemon's --help and its tables do.
#include "daemon/base/event.h"
#include "tests/support/program.h"
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

namespace bgs2::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

const Page& bgs2d_page() {
    static const Page bgs2d_page = read_page(BGS2_MAN_SOURCES "/bgs2d.8.scd");
    return bgs2d_page;
}

std::set<std::string> terms_of(std::string_view heading) {
    std::set<std::string> result;
    for (const Term& term : bgs2d_page().terms) {
        if (term.heading == heading) {
            for (const std::string& word : bold(term.line))
                result.insert(word);
        }
    }
    return result;
}

TEST(Bgs2dPage, HasEveryOptionAndNoOther) {
    const std::set<std::string> program = options_of_help(help_of(BGS2D));
    ASSERT_THAT(program, Contains("--config"));
    EXPECT_EQ(terms_of("OPTIONS"), program);
}

TEST(Bgs2dPage, HasEveryEventWithItsMessageId) {
    std::set<std::string> wanted;
    for (const EventRow& event : table_of<Event>) {
        wanted.emplace(event.word);
        const auto term = std::ranges::find_if(bgs2d_page().terms, [&](const Term& each) {
            return each.heading == "JOURNAL" && bold(each.line).at(0) == event.word;
        });
        ASSERT_NE(term, bgs2d_page().terms.end()) << event.word;
        const auto open = term->line.find('(');
        const std::string level = term->line.substr(open + 1, term->line.find(')') - open - 1);
        EXPECT_EQ(from_word<LogLevel>(level), event.level) << term->line;
        EXPECT_THAT(term->body, HasSubstr("*MESSAGE_ID=" + std::string(event.message_id) + "*"));
    }
    EXPECT_EQ(terms_of("JOURNAL"), wanted);
}

TEST(Bgs2dPage, HasEveryFieldOfTheEvents) {
    const std::string text = read_text(BGS2_MAN_SOURCES "/bgs2d.8.scd");
    for (const EventRow& event : table_of<Event>) {
        std::istringstream fields{std::string(event.fields)};
        for (std::string field; fields >> field;)
            EXPECT_THAT(text, HasSubstr("*" + field + "*"));
    }
}

TEST(Bgs2dPage, HasEveryPolkitActionAndNoOther) {
    const std::string policy = read_text(BGS2_SOURCES "/dbus/io.bgs2d1.policy");
    constexpr std::string_view begin = "<action id=\"";
    std::set<std::string> wanted;
    for (auto at = policy.find(begin); at != std::string::npos; at = policy.find(begin, at + 1)) {
        const auto id = at + begin.size();
        wanted.insert(policy.substr(id, policy.find('"', id) - id));
    }
    EXPECT_EQ(terms_of("AUTHORIZATION"), wanted);
}

} // namespace
} // namespace bgs2::test
