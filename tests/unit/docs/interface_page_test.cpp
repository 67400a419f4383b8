// SPDX-License-Identifier: Apache-2.0
// io.bgs2d1(7) has all that io.bgs2d1.xml has, and the comments that it is made from are whole.
#include "daemon/base/error.h"
#include "tests/support/introspection.h"
#include "tests/support/program.h"
#include "tests/unit/docs/page.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const Introspection& interface_file() {
    static const Introspection file = read_introspection(read_text(BGS2_SOURCES "/dbus/io.bgs2d1.xml"));
    return file;
}

/// The words of the page as people read them, in one line: requests to roff are gone, and what it escapes is
/// as it was.
std::string words_of_page() {
    std::string result;
    for (const std::string& line : lines(read_text(BGS2_MAN_PAGES "/io.bgs2d1.7"))) {
        if (line.starts_with('.') && !line.starts_with(".S"))
            continue;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '\\') {
                result += line[i];
            } else if (++i < line.size()) {
                if (line[i] == 'f')
                    ++i; // the font's letter
                else if (line[i] == 'e')
                    result += '\\';
                else if (line[i] != '&')
                    result += line[i];
            }
        }
        result += ' ';
    }
    return in_one_line(result);
}

class InterfacePage : public testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(BGS2_MAN_PAGES "/io.bgs2d1.7"))
            GTEST_SKIP() << "the manual pages are not built (BGS2_MAN)";
    }
};

TEST(InterfaceFile, HasACommentInFrontOfEachMember) {
    ASSERT_GT(interface_file().all.size(), 40U);
    for (const Documented& each : interface_file().all)
        EXPECT_THAT(in_one_line(each.comment), Not(testing::IsEmpty())) << each.interface << ' ' << each.name;
}

/// Those words behind "Errors:" that stand for an error or another member: not what explains them.
std::vector<std::string> errors_of(const std::string& comment) {
    const auto at = comment.find("Errors:");
    if (at == std::string::npos)
        return {};
    std::string outside;
    int depth = 0;
    for (const char each : comment.substr(at + 7)) {
        if (each == '.' && depth == 0)
            break;
        if (each == '(')
            ++depth;
        outside += depth == 0 && std::isalpha(static_cast<unsigned char>(each)) != 0 ? each : ' ';
        if (each == ')')
            --depth;
    }
    std::istringstream stream(outside);
    std::vector<std::string> result;
    for (std::string word; stream >> word;) {
        if (std::isupper(static_cast<unsigned char>(word.front())) != 0 && word != "IMEI" && word != "IMEIs")
            result.push_back(word);
    }
    return result;
}

TEST(InterfaceFile, NamesOnlyExistingErrors) {
    std::set<std::string> methods;
    for (const Documented& each : interface_file().all)
        methods.insert(each.name);
    std::size_t checked = 0;
    for (const Documented& each : interface_file().all) {
        for (const std::string& error : errors_of(each.comment)) {
            EXPECT_TRUE(from_word<ErrorCode>(error) || methods.contains(error)) << each.name << ": " << error;
            ++checked;
        }
    }
    EXPECT_GT(checked, 20U);
}

TEST(InterfaceFile, ListsAllErrors) {
    std::string list = in_one_line(interface_file().comment);
    list.erase(0, list.find("io.bgs2d1.Error.<Word>:"));
    list.erase(list.find(". "));
    for (const ErrorCode error : values_of<ErrorCode>) {
        if (error != ErrorCode::access_denied) { // has the bus's own name
            EXPECT_THAT(list, HasSubstr(" " + std::string(word(error)))) << list;
        }
    }
}

TEST_F(InterfacePage, HasEachInterfaceAndMemberWithItsTypes) {
    const std::string page = words_of_page();
    for (const Documented& each : interface_file().all) {
        if (each.kind == "interface") {
            EXPECT_THAT(page, HasSubstr(".SH THE INTERFACE " + each.name + " "));
        } else if (each.kind == "property") {
            EXPECT_THAT(page, HasSubstr(" " + each.name + " " + each.type + " "));
        } else {
            std::string arguments;
            for (const Argument& argument : each.arguments)
                arguments += fmt::format("{}{}{}{} {}", arguments.empty() ? "" : ", ", argument.direction,
                                         argument.direction.empty() ? "" : " ", argument.type, argument.name);
            EXPECT_THAT(page, HasSubstr(fmt::format(" {}({}) ", each.name, arguments)));
        }
    }
}

TEST_F(InterfacePage, ContainsTheCommentsOfTheInterfaceFile) {
    const std::string page = words_of_page();
    EXPECT_THAT(page, HasSubstr(in_one_line(interface_file().comment)));
    for (const Documented& each : interface_file().all)
        EXPECT_THAT(page, HasSubstr(in_one_line(each.comment))) << each.name;
}

} // namespace
} // namespace bgs2::test
