// SPDX-License-Identifier: Apache-2.0
#include "dbus/polkit_action.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace bgs2::dbus {
namespace {

TEST(PolkitAction, HasANameAndWordsOfItsOwn) {
    std::set<std::string_view> actions;
    std::set<std::string_view> told;
    for (const PolkitAction right : rights) {
        EXPECT_TRUE(action(right).starts_with("io.bgs2d1.")) << action(right);
        actions.insert(action(right));
        told.insert(words(right));
    }
    EXPECT_EQ(actions.size(), rights.size());
    EXPECT_EQ(told.size(), rights.size());
}

TEST(PolkitAction, IsThatOfWhatTheOperationDoes) {
    EXPECT_EQ(right_to(Operation::provision), PolkitAction::provision);
    EXPECT_EQ(right_to(Operation::refresh), PolkitAction::provision);
    EXPECT_EQ(right_to(Operation::install), PolkitAction::install_certificate);
    EXPECT_EQ(right_to(Operation::send), PolkitAction::install_certificate);
    EXPECT_EQ(right_to(Operation::erase), PolkitAction::erase_certificate);
}

} // namespace
} // namespace bgs2::dbus
