// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/permission.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using testing::HasSubstr;

const ModemAttributes modem_here{
    .imei = "356938035643809", .model = "BGS2-W", .serial = "", .port_path = "", .properties = {}};
constexpr SlotAddress named{.store = Store::tls, .slot = 1};
constexpr SlotAddress unnamed{.store = Store::tls, .slot = 2};
constexpr SlotAddress other_store{.store = Store::management, .slot = 2};

/// A policy that names slot 1.
Policies policies(Mode mode, bool erase_unlisted = false) {
    Policy policy;
    policy.name = "10-ca";
    policy.mode = mode;
    policy.erase_unlisted = erase_unlisted;
    SlotRule rule;
    rule.index = 1;
    policy.slots.push_back(std::move(rule));
    return {policy};
}

struct Row {
    std::string what;
    Policies policies;
    SlotAddress slot;
    ErrorCode may_provision; ///< `cancelled` stands for: allowed
    ErrorCode may_change;    ///< the same
};

constexpr ErrorCode allowed = ErrorCode::cancelled;

ErrorCode outcome(const Expected<const Policy*>& result) {
    return result ? allowed : result.error().code;
}

TEST(MayProvision, AndMayChangeDependOnModeAndSlot) {
    const std::vector<Row> rows{
        {"no policy", {}, named, ErrorCode::not_supported, allowed},
        {"auto, named", policies(Mode::automatic), named, allowed, ErrorCode::not_supported},
        {"auto, not named", policies(Mode::automatic), unnamed, ErrorCode::invalid_argument, allowed},
        {"auto, emptied", policies(Mode::automatic, true), unnamed, ErrorCode::invalid_argument,
         ErrorCode::not_supported},
        {"auto, not emptied in another store", policies(Mode::automatic, true), other_store,
         ErrorCode::invalid_argument, allowed},
        {"manual, named", policies(Mode::manual), named, allowed, allowed},
        {"manual, not named", policies(Mode::manual, true), unnamed, ErrorCode::invalid_argument, allowed},
        {"report", policies(Mode::report), unnamed, ErrorCode::not_supported, ErrorCode::not_supported},
        {"ignore", policies(Mode::ignore), named, ErrorCode::not_supported, ErrorCode::not_supported},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(outcome(may_provision(row.policies, modem_here, row.slot)), row.may_provision) << row.what;
        EXPECT_EQ(outcome(may_change(row.policies, modem_here, row.slot)), row.may_change) << row.what;
    }
}

TEST(MayChange, NamesTheBlockingPolicyAndGivesAHint) {
    const Policies set = policies(Mode::automatic);
    const auto refused = may_change(set, modem_here, named);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what,
              "policy '10-ca' defines the content of slot 1 and would revert the change");
    EXPECT_THAT(refused.error().hint, HasSubstr("\"manual\""));
}

} // namespace
} // namespace bgs2::policy
