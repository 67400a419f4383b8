// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace bgs2 {
namespace {

using sbnw::Inventory;
using sbnw::Slot;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const std::string ca(40, 'a');
const std::string client_thumbprint(40, 'c');
const std::string other(40, '0');

constexpr SlotAddress slot_0{.store = Store::tls, .slot = 0};
constexpr SlotAddress slot_1{.store = Store::tls, .slot = 1};
constexpr SlotAddress slot_2{.store = Store::tls, .slot = 2};
constexpr SlotAddress management{.store = Store::management, .slot = 0};

Slot holding(const std::string& thumbprint) {
    Slot slot;
    slot.size = 800;
    slot.thumbprint = thumbprint;
    return slot;
}

Slot corrupted() {
    Slot slot;
    slot.corrupted = true;
    return slot;
}

/// A PlanScope without what only one test is about.
struct Limits {
    std::optional<SlotAddress> only;
    bool erase_unlisted = false;
};

/// Any two certificates have different digests of both kinds.
SlotContent content(const std::string& sha1, const std::string& key = "") {
    return {.certificate = {.sha1 = sha1, .sha256 = sha1 + std::string(24, '0')}, .key = key};
}

Contents contents(const std::map<SlotAddress, std::string>& certificates) {
    Contents result;
    for (const auto& [address, sha1] : certificates)
        result.emplace(address, content(sha1));
    return result;
}

struct PlanRow {
    const char* name;
    std::map<SlotAddress, std::string> desired; ///< SHA-1 of certificates without keys
    Inventory present;
    Limits scope;
    std::vector<PlanStep> steps;
};

void PrintTo(const PlanRow& row, std::ostream* stream) {
    *stream << row.name;
}

PlanStep write(SlotAddress address, std::string reason) {
    return {.address = address,
            .action = Action::write,
            .occupied = false,
            .before = "",
            .reason = std::move(reason)};
}

PlanStep replace(SlotAddress address, std::string before, std::string reason) {
    return {.address = address,
            .action = Action::write,
            .occupied = true,
            .before = std::move(before),
            .reason = std::move(reason)};
}

PlanStep erase(SlotAddress address, std::string before) {
    return {.address = address,
            .action = Action::erase,
            .occupied = true,
            .before = std::move(before),
            .reason = to_string(address) + " holds a certificate that the policy does not name"};
}

class Plan : public testing::TestWithParam<PlanRow> {};

TEST_P(Plan, ListsTheRequiredChanges) {
    const PlanRow& row = GetParam();
    PlanScope scope;
    scope.only = row.scope.only;
    scope.erase_unlisted = row.scope.erase_unlisted;
    EXPECT_EQ(plan(contents(row.desired), row.present, {}, scope), row.steps);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Plan,
    testing::Values(
        PlanRow{"NothingDesiredNothingPresent", {}, {}, {}, {}},
        PlanRow{
            "EmptySlotIsWritten", {{slot_1, ca}}, {{slot_1, Slot{}}}, {}, {write(slot_1, "slot 1 is empty")}},
        PlanRow{"SlotMissingFromTheInventoryIsWritten",
                {{slot_1, ca}},
                {},
                {},
                {write(slot_1, "slot 1 is empty")}},
        PlanRow{"MatchingThumbprintIsKept", {{slot_1, ca}}, {{slot_1, holding(ca)}}, {}, {}},
        PlanRow{"OtherThumbprintIsReplaced",
                {{slot_1, ca}},
                {{slot_1, holding(other)}},
                {},
                {replace(slot_1, other, "slot 1 holds another certificate")}},
        PlanRow{"CorruptedIsReplaced",
                {{slot_1, ca}},
                {{slot_1, corrupted()}},
                {},
                {replace(slot_1, "", "the certificate in slot 1 is corrupted")}},
        PlanRow{"AscendingByAddress",
                {{management, ca}, {slot_2, ca}, {slot_0, client_thumbprint}},
                {},
                {},
                {write(slot_0, "slot 0 is empty"), write(slot_2, "slot 2 is empty"),
                 write(management, "slot 0 of management_cert is empty")}},
        PlanRow{"TheSameNumberInAnotherStoreIsAnotherSlot",
                {{management, ca}},
                {{slot_0, holding(ca)}},
                {},
                {write(management, "slot 0 of management_cert is empty")}},
        PlanRow{"UnlistedIsKeptByDefault",
                {{slot_1, ca}},
                {{slot_1, holding(ca)}, {slot_2, holding(other)}},
                {},
                {}},
        PlanRow{"UnlistedIsErasedIfRequested",
                {{slot_1, ca}},
                {{slot_0, Slot{}}, {slot_1, holding(ca)}, {slot_2, holding(other)}},
                {.only = {}, .erase_unlisted = true},
                {erase(slot_2, other)}},
        PlanRow{"UnlistedOfAnotherStoreIsNeverErased",
                {},
                {{management, holding(other)}},
                {.only = {}, .erase_unlisted = true},
                {}},
        PlanRow{"OnlyOneSlot",
                {{slot_0, client_thumbprint}, {slot_1, ca}},
                {{slot_2, holding(other)}},
                {.only = slot_1, .erase_unlisted = true},
                {write(slot_1, "slot 1 is empty")}}),
    [](const auto& instance) { return instance.param.name; });

class PlanForAKey : public testing::Test {
  protected:
    [[nodiscard]] std::vector<PlanStep> planned() const {
        return plan({{slot_0, content(client_thumbprint, "key")}}, {{slot_0, holding(client_thumbprint)}},
                    records_, {});
    }
    void expect_write() const {
        EXPECT_THAT(planned(), ElementsAre(replace(
                                   slot_0, client_thumbprint,
                                   "slot 0 holds its certificate, but not for certain its private key")));
    }

    SlotRecords records_;
};

TEST_F(PlanForAKey, KeepsACertificateThatWasWrittenWithThisKeyAndConfirmed) {
    records_[slot_0] = {.content = content(client_thumbprint, "key"), .when = {}, .stored = true};
    EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(PlanForAKey, RewritesACertificateThatAnotherProgramWrote) {
    expect_write();
}

TEST_F(PlanForAKey, RewritesACertificateThatWasWrittenWithoutTheKey) {
    records_[slot_0] = {.content = content(client_thumbprint), .when = {}, .stored = true};
    expect_write();
}

TEST_F(PlanForAKey, RewritesACertificateWhoseWriteWasNotConfirmed) {
    records_[slot_0] = {.content = content(client_thumbprint, "key"), .when = {}, .stored = false};
    expect_write();
}

TEST(PlanForAnUnverifiableSlot, WritesItOnce) {
    sbnw::Slot slot = holding("0123");
    const Inventory present{{slot_1, slot}};
    const Contents desired = contents({{slot_1, ca}});
    EXPECT_THAT(compare(desired, present), ElementsAre(Pair(slot_1, Compliance::unverifiable)));
    EXPECT_THAT(
        plan(desired, present, {}, {}),
        ElementsAre(replace(slot_1, "0123", "the modem does not report which certificate slot 1 holds")));
    const SlotRecords records{{slot_1, {.content = content(ca), .when = {}, .stored = true}}};
    EXPECT_THAT(plan(desired, present, records, {}), IsEmpty());
}

TEST(PlanForAnUnreadableSource, ReportsTheSlotAsMissingAndKeepsIt) {
    const Contents desired{{slot_1, std::nullopt}};
    for (const Slot& slot : {Slot{}, holding(other)}) {
        EXPECT_THAT(compare(desired, {{slot_1, slot}}), ElementsAre(Pair(slot_1, Compliance::missing)));
        EXPECT_THAT(plan(desired, {{slot_1, slot}}, {}, {.only = {}, .erase_unlisted = true}), IsEmpty());
    }
}

TEST(Compare, ReportsEverySlotThatIsPresentOrDesired) {
    EXPECT_THAT(compare(contents({{slot_0, client_thumbprint}, {slot_1, ca}}),
                        {{slot_1, holding(ca)}, {slot_2, holding(other)}, {management, Slot{}}}),
                ElementsAre(Pair(slot_0, Compliance::missing), Pair(slot_1, Compliance::compliant),
                            Pair(slot_2, Compliance::unlisted), Pair(management, Compliance::empty)));
}

TEST(Compare, ReturnsNothingForEmptyInputs) {
    EXPECT_THAT(compare({}, {}), IsEmpty());
}

} // namespace
} // namespace bgs2
