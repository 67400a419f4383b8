// SPDX-License-Identifier: Apache-2.0
#include "dbus/polkit_action.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace bgs2::dbus {
namespace {

TEST(PolkitAction, HasTheInterfacePrefixAndAUniqueDescription) {
    std::set<std::string_view> descriptions;
    for (const PolkitActionRow& row : table_of<PolkitAction>) {
        EXPECT_TRUE(row.word.starts_with("io.bgs2d1.")) << row.word;
        descriptions.insert(row.description);
    }
    EXPECT_EQ(descriptions.size(), table_of<PolkitAction>.size());
}

TEST(PolkitAction, IsDeterminedByTheOperation) {
    EXPECT_EQ(required_action(Operation::provision), PolkitAction::provision);
    EXPECT_EQ(required_action(Operation::refresh), PolkitAction::provision);
    EXPECT_EQ(required_action(Operation::install), PolkitAction::install_certificate);
    EXPECT_EQ(required_action(Operation::send), PolkitAction::install_certificate);
    EXPECT_EQ(required_action(Operation::erase), PolkitAction::erase_certificate);
}

} // namespace
} // namespace bgs2::dbus
