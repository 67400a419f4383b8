#include "dbus/right.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace bgs2::dbus {
namespace {

TEST(Right, HasANameAndWordsOfItsOwn) {
    std::set<std::string_view> actions;
    std::set<std::string_view> told;
    for (const Right right : rights) {
        EXPECT_TRUE(action(right).starts_with("io.bgs2d1.")) << action(right);
        actions.insert(action(right));
        told.insert(words(right));
    }
    EXPECT_EQ(actions.size(), rights.size());
    EXPECT_EQ(told.size(), rights.size());
}

TEST(Right, IsThatOfWhatTheOperationDoes) {
    EXPECT_EQ(right_to(Operation::provision), Right::provision);
    EXPECT_EQ(right_to(Operation::refresh), Right::provision);
    EXPECT_EQ(right_to(Operation::install), Right::install_certificate);
    EXPECT_EQ(right_to(Operation::send), Right::install_certificate);
    EXPECT_EQ(right_to(Operation::erase), Right::erase_certificate);
}

} // namespace
} // namespace bgs2::dbus
