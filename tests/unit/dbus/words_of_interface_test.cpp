// SPDX-License-Identifier: Apache-2.0
// io.bgs2d1.xml lists the words of each enumeration: those that the daemon sends, no more and no less.
#include "daemon/base/codes.h"
#include "daemon/base/error.h"
#include "daemon/modem/job.h"
#include "daemon/modem/modem_state.h"
#include "daemon/port/match_port.h"
#include "daemon/port/port_session.h"
#include "tests/support/introspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::dbus {
namespace {

using testing::UnorderedElementsAreArray;
using Words = std::vector<std::string>;

/// The comment in front of a property or method.
std::string comment_on(std::string_view name) {
    std::ifstream file(BGS2_INTERFACE);
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    for (const test::Documented& each : test::read_introspection(document).all) {
        if (each.name == name && !each.comment.empty())
            return each.comment;
    }
    ADD_FAILURE() << "no comment on " << name;
    return {};
}

std::string trimmed(const std::string& line) {
    const auto begin = line.find_first_not_of(' ');
    return begin == std::string::npos ? std::string() : line.substr(begin);
}

/// The words that a line of the comment explains: `"reading"  the slots are being read`.
Words explained_words(std::string_view name) {
    Words words;
    std::istringstream comment(comment_on(name));
    for (std::string line; std::getline(comment, line);) {
        const std::string text = trimmed(line);
        if (text.starts_with('"'))
            words.push_back(text.substr(1, text.find('"', 1) - 1));
    }
    return words;
}

/// Every quoted word from `begin` to `end`.
Words quoted_words(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin);
    const auto to = text.find(end, from);
    EXPECT_NE(to, std::string::npos) << begin << ", " << end;
    Words words;
    for (auto quote = text.find('"', from); quote < to;) {
        const auto last = text.find('"', quote + 1);
        words.push_back(text.substr(quote + 1, last - quote - 1));
        quote = text.find('"', last + 1);
    }
    return words;
}

template<class E>
Words words_of_enumeration() {
    return {words_of<E>.begin(), words_of<E>.end()};
}

TEST(InterfaceFile, ExplainsEachStateOfAModem) {
    EXPECT_THAT(explained_words("State"), UnorderedElementsAreArray(words_of_enumeration<ModemState>()));
}

TEST(InterfaceFile, ExplainsEachReasonCode) {
    EXPECT_THAT(explained_words("ReasonCode"), UnorderedElementsAreArray(words_of_enumeration<ReasonCode>()));
}

TEST(InterfaceFile, ExplainsEachStepCode) {
    EXPECT_THAT(explained_words("StepCode"), UnorderedElementsAreArray(words_of_enumeration<StepCode>()));
}

TEST(InterfaceFile, ListsEveryPortStateAndNaming) {
    const std::string comment = comment_on("ListPorts");
    EXPECT_THAT(quoted_words(comment, " state s", " code s"),
                UnorderedElementsAreArray(words_of_enumeration<PortState>()));
    EXPECT_THAT(quoted_words(comment, " naming s", " reason s"),
                UnorderedElementsAreArray(words_of_enumeration<Naming>()));
}

TEST(InterfaceFile, ListsEveryPortCodeThatIsNotAnError) {
    Words codes;
    for (const std::string& each : quoted_words(comment_on("ListPorts"), " code s", " naming s")) {
        if (!from_word<ErrorCode>(each))
            codes.push_back(each);
    }
    EXPECT_THAT(codes, UnorderedElementsAreArray(words_of_enumeration<PortCode>()));
}

} // namespace
} // namespace bgs2::dbus
