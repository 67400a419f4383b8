// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/event.h"
#include "daemon/base/log.h"
#include "daemon/modem/modem_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bgs2 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Pair;

struct Line {
    LogLevel level;
    std::string message;
    LogFields fields;
};

Log log_into(std::vector<Line>& lines, LogLevel threshold) {
    return {[&lines](LogLevel level, std::string_view message, const LogFields& fields) {
                lines.push_back({.level = level, .message = std::string(message), .fields = fields});
            },
            threshold};
}

TEST(Event, HasAUniqueMessageId) {
    std::set<std::string_view> ids;
    for (const EventRow& event : table_of<Event>) {
        EXPECT_THAT(std::string(event.message_id), MatchesRegex("[0-9a-f]{32}")) << event.word;
        ids.insert(event.message_id);
    }
    EXPECT_EQ(ids.size(), table_of<Event>.size());
}

TEST(Event, IsLoggedAtItsLevelWithItsMessageIdAndOtherFields) {
    std::vector<Line> lines;
    log_into(lines, LogLevel::debug)
        .with({{"BGS2_IMEI", "356938035643809"}})
        .event(Event::blocked, "{} is blocked", "356938035643809");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].level, LogLevel::warning);
    EXPECT_EQ(lines[0].message, "356938035643809 is blocked");
    EXPECT_THAT(lines[0].fields, ElementsAre(Pair("BGS2_IMEI", "356938035643809"),
                                             Pair("MESSAGE_ID", "e4fab35bf30f42dab4c047ec87aa51ba")));
}

TEST(Event, IsNotLoggedBelowTheThreshold) {
    std::vector<Line> lines;
    log_into(lines, LogLevel::error).event(Event::blocked, "it is blocked");
    EXPECT_THAT(lines, IsEmpty());
}

TEST(Event, IsDefinedOnlyForDriftedFailedAndBlockedStates) {
    EXPECT_EQ(event_of(ModemState::drifted), Event::drifted);
    EXPECT_EQ(event_of(ModemState::failed), Event::failed);
    EXPECT_EQ(event_of(ModemState::blocked), Event::blocked);
    for (const ModemState state :
         {ModemState::reading, ModemState::unmanaged, ModemState::compliant, ModemState::provisioning})
        EXPECT_EQ(event_of(state), std::nullopt) << word(state);
}

TEST(Log, AddsTheMessageIdToEventLinesOnly) {
    std::vector<Line> lines;
    const Log log = log_into(lines, LogLevel::debug);
    log.event(Event::policies_reloaded, "reloaded");
    log.info("something else");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[1].fields, IsEmpty());
}

} // namespace
} // namespace bgs2
