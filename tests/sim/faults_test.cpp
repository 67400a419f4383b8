// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/faults.h"

#include <gtest/gtest.h>

namespace bgs2::sim {
namespace {

TEST(Faults, AreParsedFromText) {
    EXPECT_EQ(parse_fault("length-error"), (Fault{.kind = FaultKind::length_error}));
    EXPECT_EQ(parse_fault("readback-slot:1=2,times=1"),
              (Fault{.kind = FaultKind::readback_slot, .argument = "1=2", .times = 1}));
    EXPECT_EQ(parse_fault("silence,after=3,times=2"),
              (Fault{.kind = FaultKind::silence, .after = 3, .times = 2}));
    EXPECT_EQ(parse_fault("cme-error:SIM busy")->argument, "SIM busy");
    EXPECT_EQ(parse_fault("half-stored:off")->argument, "off");
    const auto refusal = refusal_argument(*parse_fault("refusal:AT^SBNW=is_cert=SIM busy"));
    EXPECT_EQ(refusal.command, "AT^SBNW=is_cert");
    EXPECT_EQ(refusal.words, "SIM busy");
}

TEST(Faults, RejectInvalidTextWithAMessage) {
    EXPECT_TRUE(parse_fault("lenght-error").error().starts_with("unknown fault 'lenght-error'; valid are"));
    for (const auto* text : {"hang-up", "hang-up:x", "corrupt-slot:11", "readback-slot:1", "labels:no",
                             "silence:3", "silence,often", "silence,times=", "silence,", "identity",
                             "half-stored:none", "half-stored", "thumbprint", "refusal:AT"})
        EXPECT_FALSE(parse_fault(text)) << text;
}

TEST(Faults, TriggerAfterAndForTheGivenNumberOfOccasions) {
    Faults faults({*parse_fault("silence,after=1,times=2")});
    std::string triggered;
    for (int i = 0; i < 5; ++i)
        triggered += faults.trigger(FaultKind::silence).empty() ? '.' : 'x';
    EXPECT_EQ(triggered, ".xx..");
    EXPECT_TRUE(faults.trigger(FaultKind::garbage).empty());
}

TEST(Faults, OfACommandTriggerOnlyOnThatCommand) {
    Faults faults({*parse_fault("error,times=1"), *parse_fault("error:AT+CGSN")});
    EXPECT_TRUE(faults.trigger(FaultKind::error, "AT").empty());
    EXPECT_TRUE(faults.trigger(FaultKind::error, "AT^SBNW=?").empty());
    EXPECT_FALSE(faults.trigger(FaultKind::error, "at^sbnw=\"is_cert\",1").empty());
    EXPECT_TRUE(faults.trigger(FaultKind::error, "AT^SBNW=is_cert,1").empty());
    EXPECT_FALSE(faults.trigger(FaultKind::error, "AT+CGSN").empty());
    Faults refusals({*parse_fault("refusal:AT+CGSN=busy")});
    EXPECT_TRUE(refusals.trigger(FaultKind::refusal, "AT").empty());
    EXPECT_FALSE(refusals.trigger(FaultKind::refusal, "AT+CGSN").empty());
}

} // namespace
} // namespace bgs2::sim
