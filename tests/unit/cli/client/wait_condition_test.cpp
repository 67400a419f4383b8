// SPDX-License-Identifier: Apache-2.0
#include "cli/client/wait_condition.h"
#include "daemon/modem/modem_state.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

Modem modem_in(const std::string& imei, const std::string& state) {
    Modem result;
    result.imei = imei;
    result.port = "/dev/tty" + imei;
    result.state = state;
    result.reason = state == "compliant" ? "" : "slot 1 is empty";
    result.hint = state == "compliant" ? "" : "run 'bgs2ctl provision'";
    return result;
}

bool met(const std::string& selector, const std::vector<Modem>& modems) {
    return WaitCondition(selector, {"compliant"}).evaluate(modems).value().met;
}

const Modem good = modem_in("111", "compliant");
const Modem bad = modem_in("222", "drifted");

TEST(States, AreSeparatedByCommas) {
    EXPECT_EQ(states_of("compliant"), std::vector<std::string>{"compliant"});
    EXPECT_EQ(states_of("blocked,failed"), (std::vector<std::string>{"blocked", "failed"}));
}

TEST(States, IncludeEveryModemState) {
    for (const std::string_view state : words_of<ModemState>)
        EXPECT_EQ(states_of(state), std::vector{std::string(state)}) << state;
}

TEST(States, AreRejectedWithASuggestionIfUnknown) {
    for (const auto* list : {"", "compliant,", ",compliant", "compliant drifted", "Compliant "})
        EXPECT_EQ(states_of(list).error().code, ErrorCode::invalid_argument) << list;
    EXPECT_EQ(states_of("complaint").error().hint, "did you mean 'compliant'?");
}

TEST(WaitCondition, RequiresAllModemsByDefault) {
    EXPECT_TRUE(met("", {good}));
    EXPECT_FALSE(met("", {good, bad}));
    EXPECT_FALSE(met("", {})) << "at least one modem must be present";
}

TEST(WaitCondition, RequiresOneModemForAny) {
    EXPECT_TRUE(met("any", {bad, good}));
    EXPECT_FALSE(met("any", {bad}));
    EXPECT_FALSE(met("any", {}));
}

TEST(WaitCondition, RequiresTheNamedModem) {
    EXPECT_TRUE(met("11", {good, bad}));
    EXPECT_FALSE(met("222", {good, bad}));
    EXPECT_FALSE(met("333", {good, bad})) << "the modem may still appear";
    EXPECT_TRUE(met("/dev/tty111", {good, bad}));
}

TEST(WaitCondition, RefusesAnAmbiguousOrInvalidSelector) {
    const std::vector<Modem> modems{modem_in("12", "compliant"), modem_in("22", "compliant")};
    EXPECT_EQ(WaitCondition("2", {"compliant"}).evaluate(modems).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(WaitCondition("two", {"compliant"}).evaluate(modems).error().code, ErrorCode::invalid_argument);
}

TEST(WaitCondition, AcceptsAnyOfTheStates) {
    EXPECT_TRUE(WaitCondition("", {"drifted", "compliant"}).evaluate(std::vector{good, bad}).value().met);
}

TEST(WaitCondition, ReportsTheModemsThatDoNotMeetItWithTheirReasons) {
    const WaitCondition condition("", {"compliant", "unmanaged"});
    const WaitStatus status = condition.evaluate(std::vector{good, bad}).value();
    const Error why = condition.unmet(status);
    EXPECT_EQ(why.what, "222 is drifted, not compliant or unmanaged: slot 1 is empty");
    EXPECT_EQ(why.hint, "run 'bgs2ctl provision'");
    EXPECT_EQ(condition.unmet(WaitStatus{}).what, "no modem has appeared");
    EXPECT_EQ(WaitCondition("809", {"compliant"}).unmet(WaitStatus{}).what, "the modem 809 has not appeared");
}

TEST(ConcernsModems, IgnoresSignalsOfJobsAndPolicies) {
    const auto event = [](const char* path, const char* member, Value arguments) {
        return BusSignal{path, "", member, std::move(arguments)};
    };
    EXPECT_TRUE(concerns_modems(event("/org/freedesktop/DBus", "NameOwnerChanged", Value::array())));
    EXPECT_TRUE(concerns_modems(event("/io/bgs2d1", "InterfacesAdded", {"/io/bgs2d1/modem/111"})));
    EXPECT_TRUE(concerns_modems(event("/io/bgs2d1", "InterfacesRemoved", {"/io/bgs2d1/modem/111"})));
    EXPECT_TRUE(concerns_modems(event("/io/bgs2d1/modem/111", "PropertiesChanged", Value::array())));
    EXPECT_FALSE(concerns_modems(event("/io/bgs2d1", "InterfacesAdded", {"/io/bgs2d1/job/1"})));
    EXPECT_FALSE(concerns_modems(event("/io/bgs2d1/job/1", "PropertiesChanged", Value::array())));
    EXPECT_FALSE(concerns_modems(event("/io/bgs2d1", "PolicyReloaded", {2})));
}

} // namespace
} // namespace bgs2::cli
