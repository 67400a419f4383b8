// SPDX-License-Identifier: Apache-2.0
#include "cli/client/event_formatter.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

constexpr auto modem_path = "/io/bgs2d1/modem/356938035643809";
constexpr auto job_path = "/io/bgs2d1/job/3";

BusSignal of_objects(const char* member, Value arguments) {
    return {"/io/bgs2d1", "org.freedesktop.DBus.ObjectManager", member, std::move(arguments)};
}

BusSignal changed(const char* path, const char* interface, Value properties) {
    return {path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            Value::array({interface, std::move(properties), Value::array()})};
}

BusSignal modem_changed(Value properties) {
    return changed(modem_path, "io.bgs2d1.Modem", std::move(properties));
}

std::vector<std::string> texts(const std::vector<EventLine>& event_lines) {
    std::vector<std::string> lines;
    for (const EventLine& one : event_lines)
        lines.push_back(one.text);
    return lines;
}

using Lines = std::vector<std::string>;

TEST(EventFormatter, ReportsAddedAndRemovedModems) {
    EventFormatter formatter;
    const auto added =
        formatter.format(of_objects("InterfacesAdded", Value::array({modem_path,
                                                                     {{"io.bgs2d1.Modem",
                                                                       {{"Imei", "356938035643809"},
                                                                        {"Model", "BGS2-W"},
                                                                        {"Port", "/dev/ttyUSB0"},
                                                                        {"State", "reading"}}}}})));
    EXPECT_EQ(texts(added), (Lines{"356938035643809 added: BGS2-W on /dev/ttyUSB0, reading"}));
    EXPECT_EQ(added.front().json["event"], "modem-added");
    EXPECT_EQ(added.front().json["properties"]["state"], "reading");
    const auto removed = formatter.format(
        of_objects("InterfacesRemoved", Value::array({modem_path, Value::array({"io.bgs2d1.Modem"})})));
    EXPECT_EQ(texts(removed), (Lines{"356938035643809 removed"}));
}

TEST(EventFormatter, ReportsStatesWithTheirReason) {
    EventFormatter formatter;
    EXPECT_EQ(texts(formatter.format(
                  modem_changed({{"State", "blocked"}, {"Reason", "the key differs"}, {"Hint", "renew"}}))),
              (Lines{"356938035643809 is blocked (the key differs)", "356938035643809 hint: renew"}));
}

TEST(EventFormatter, ReportsWantedAndReleasedPorts) {
    EventFormatter formatter;
    const auto signal = [](const char* member, Value arguments) {
        return BusSignal{"/io/bgs2d1", "io.bgs2d1.Manager", member, std::move(arguments)};
    };
    const auto wanted =
        formatter.format(signal("PortWanted", Value::array({"/dev/ttyS1", "write slot 0", 1795000000})));
    EXPECT_EQ(texts(wanted), (Lines{"/dev/ttyS1 wanted by 2026-11-18T11:06:40Z: write slot 0"}));
    EXPECT_EQ(
        wanted.front().json.dump(),
        R"({"event":"port-wanted","device":"/dev/ttyS1","reason":"write slot 0","deadline":1795000000})");
    EXPECT_EQ(texts(formatter.format(signal("PortWanted", Value::array({"/dev/ttyS1", "verify", 0})))),
              (Lines{"/dev/ttyS1 wanted: verify"}));
    const auto released = formatter.format(signal("PortReleased", Value::array({"/dev/ttyS1"})));
    EXPECT_EQ(texts(released), (Lines{"/dev/ttyS1 released"}));
    EXPECT_EQ(released.front().json.dump(), R"({"event":"port-released","device":"/dev/ttyS1"})");
}

TEST(EventFormatter, ReportsTheUseOfThePort) {
    EventFormatter formatter;
    EXPECT_EQ(texts(formatter.format(modem_changed({{"PortUse", "waiting"}, {"PortHolder", "pppd (812)"}}))),
              (Lines{"356938035643809: port waiting (pppd (812))"}));
    EXPECT_EQ(texts(formatter.format(modem_changed({{"PortUse", "released"}, {"PortHolder", ""}}))),
              (Lines{"356938035643809: port released"}));
    EXPECT_TRUE(formatter.format(modem_changed({{"LastVerified", 1795000000}})).empty());
}

TEST(EventFormatter, ReportsOnlyTheSlotsThatChanged) {
    const Value first =
        Value::parse(R"([{"slot": 0, "compliance": "empty"}, {"slot": 1, "compliance": "missing"}])");
    const Value second = Value::parse(R"([{"slot": 0, "compliance": "empty"},
        {"slot": 1, "compliance": "compliant", "size": 859, "subject": "CN=Root"}])");
    EventFormatter formatter;
    EXPECT_EQ(texts(formatter.format(modem_changed({{"Slots", first}}))),
              (Lines{"356938035643809 slot 1: missing"}));
    EXPECT_EQ(texts(formatter.format(modem_changed({{"Slots", second}}))),
              (Lines{"356938035643809 slot 1: compliant, CN=Root"}));
    EXPECT_EQ(formatter.format(modem_changed({{"Slots", second}})), std::vector<EventLine>{});
}

TEST(EventFormatter, HasOneObjectPerSignal) {
    EventFormatter formatter;
    const auto event_lines =
        formatter.format(modem_changed({{"State", "failed"}, {"Hint", "wait"}, {"RetryAt", 1795374932}}));
    ASSERT_EQ(event_lines.size(), 2U);
    EXPECT_EQ(event_lines[0].json["properties"],
              (Value{{"state", "failed"}, {"hint", "wait"}, {"retry_at", 1795374932}}));
    EXPECT_TRUE(event_lines[1].json.is_null());
}

TEST(EventFormatter, NamesTheOperationAndModemOfAJob) {
    EventFormatter formatter;
    const auto added = formatter.format(of_objects(
        "InterfacesAdded",
        Value::array({job_path, {{"io.bgs2d1.Job", {{"Operation", "provision"}, {"Modem", modem_path}}}}})));
    EXPECT_EQ(texts(added), (Lines{"job 3: provision of 356938035643809 started"}));
    EXPECT_EQ(texts(formatter.format(changed(job_path, "io.bgs2d1.Job", {{"Step", "writing slot 1"}}))),
              (Lines{"job 3: writing slot 1"}));
    EXPECT_EQ(formatter.format(
                  changed(job_path, "io.bgs2d1.Job", {{"BytesSent", 100}, {"Step", "writing slot 1"}})),
              std::vector<EventLine>{});
    EXPECT_EQ(texts(formatter.format({"/io/bgs2d1", "io.bgs2d1.Manager", "JobCompleted",
                                      Value::array({job_path, false, "ModemRejected", "refused"})})),
              (Lines{"job 3: provision of 356938035643809 failed, ModemRejected: refused"}));
}

TEST(EventFormatter, ReportsThatBgs2dStopped) {
    EventFormatter formatter;
    const auto event_lines = formatter.format({"/org/freedesktop/DBus", "org.freedesktop.DBus",
                                               "NameOwnerChanged", Value::array({"io.bgs2d1", ":1.5", ""})});
    EXPECT_EQ(event_lines, std::vector{daemon_event(false)});
    EXPECT_EQ(event_lines.front().text, "bgs2d is not running");
}

TEST(EventFormatter, EscapesControlCharacters) {
    EventFormatter formatter;
    EXPECT_EQ(texts(formatter.format(modem_changed({{"State", "failed"}, {"Reason", "\x1b[2J"}}))),
              (Lines{"356938035643809 is failed (\\x1b[2J)"}));
}

} // namespace
} // namespace bgs2::cli
