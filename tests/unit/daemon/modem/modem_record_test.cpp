// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2 {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr SlotAddress record_slot0{.store = Store::tls, .slot = 0};
constexpr SlotAddress record_slot1{.store = Store::tls, .slot = 1};
const std::chrono::sys_seconds record_time{std::chrono::seconds(1'764'000'000)};

SlotContent record_content(char digit, std::string key) {
    return {.certificate = {.sha1 = std::string(40, digit), .sha256 = std::string(64, digit)},
            .key = std::move(key)};
}

sbnw::Slot slot_with(char digit) {
    sbnw::Slot slot;
    slot.size = 800;
    slot.thumbprint = std::string(40, digit);
    return slot;
}

ModemRecord complete_record() {
    ModemRecord record{
        .place = "pci-0000:00:14.0-usb-0:2",
        .last_provisioned = record_time,
        .slots = {},
        .last_seen = {
            .place = "/dev/ttyS\"1", .manufacturer = "Cinterion", .model = "BGS2-W", .revision = "01.301"}};
    record.slots[record_slot0] = {.content = record_content('a', "key"), .when = record_time, .stored = true};
    record.slots[{.store = Store::management, .slot = 0}] = {
        .content = record_content('b', ""), .when = record_time, .stored = false};
    return record;
}

TEST(ModemRecord, IsReadAsItWasWritten) {
    for (const ModemRecord& record : {complete_record(), ModemRecord{}}) {
        const auto read = parse_record(to_toml(record), "record");
        ASSERT_TRUE(read) << to_string(read.error());
        EXPECT_EQ(*read, record);
    }
}

TEST(ModemRecord, QuotesItsPlace) {
    ModemRecord record;
    record.place = "/dev/a\"b\\\n";
    EXPECT_EQ(parse_record(to_toml(record), "record").value(), record);
}

TEST(ModemRecord, ReportsADamagedFileWithItsPosition) {
    std::string text = to_toml(complete_record());
    text.resize(text.size() / 2);
    const auto read = parse_record(text, "state/1.toml");
    ASSERT_FALSE(read);
    EXPECT_THAT(to_string(read.error()), HasSubstr("state/1.toml:"));
}

TEST(ModemRecord, ForgetsASlotThatAnotherProgramChanged) {
    ModemRecord record = complete_record();
    EXPECT_FALSE(record.reconcile({{record_slot0, slot_with('a')}}));
    EXPECT_FALSE(record.reconcile({{record_slot1, slot_with('c')}})) << "a slot that the modem did not list";
    EXPECT_TRUE(record.reconcile({{record_slot0, slot_with('c')}}));
    EXPECT_EQ(record.slots.count(record_slot0), 0);

    record = complete_record();
    EXPECT_TRUE(record.reconcile({{record_slot0, sbnw::Slot{}}})) << "emptied";
}

TEST(ModemRecord, KeepsAWriteThatWasNotConfirmed) {
    ModemRecord record = complete_record();
    record.slots[record_slot0].stored = false;
    EXPECT_FALSE(record.reconcile({{record_slot0, slot_with('c')}}));
}

TEST(ModemRecord, ForgetsAnUnverifiableSlotWhoseLineChanged) {
    ModemRecord record = complete_record();
    EXPECT_FALSE(record.note_change(record_slot0, slot_with('a')));
    sbnw::Slot unverifiable = slot_with('a');
    unverifiable.thumbprint_algorithm = "md5";
    EXPECT_TRUE(record.note_change(record_slot0, unverifiable));
    EXPECT_EQ(record.slots.count(record_slot0), 0);
}

TEST(KeyStatus, IsWrittenIfTheKeyWasConfirmedWithTheCertificateThatTheSlotHolds) {
    SlotRecords records = complete_record().slots;
    EXPECT_EQ(key_status(record_slot0, slot_with('a'), records), KeyStatus::written);
    EXPECT_EQ(key_status(record_slot0, slot_with('c'), records), KeyStatus::unknown);
    records[record_slot0].stored = false;
    EXPECT_EQ(key_status(record_slot0, slot_with('a'), records), KeyStatus::unknown);
    records[record_slot0] = {.content = record_content('a', ""), .when = {}, .stored = true};
    EXPECT_EQ(key_status(record_slot0, slot_with('a'), records), KeyStatus::none);
}

TEST(KeyStatus, IsUnknownForAClientCertificateThatBgs2dDidNotWrite) {
    EXPECT_EQ(key_status(record_slot0, slot_with('a'), {}), KeyStatus::unknown);
    EXPECT_EQ(key_status({.store = Store::preconfig, .slot = 0}, slot_with('a'), {}), KeyStatus::unknown);
}

TEST(KeyStatus, IsNoneForASlotThatIsEmptyOrTakesNoKey) {
    EXPECT_EQ(key_status(record_slot0, sbnw::Slot{}, {}), KeyStatus::none);
    EXPECT_EQ(key_status(record_slot1, slot_with('a'), {}), KeyStatus::none);
    EXPECT_EQ(key_status({.store = Store::management, .slot = 0}, slot_with('a'), {}), KeyStatus::none);
}

} // namespace
} // namespace bgs2
