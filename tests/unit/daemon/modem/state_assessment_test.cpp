// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/state_assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <vector>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_seconds today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
const std::chrono::steady_clock::time_point start{1h};

const policy::Policy& policy_of(policy::Mode mode) {
    static std::map<policy::Mode, policy::Policy> policies;
    policy::Policy& policy = policies[mode];
    policy.name = "10-test";
    policy.mode = mode;
    return policy;
}

/// A modem whose slot 1 has to be written, by a policy of mode "auto".
StateInputs differing() {
    StateInputs it;
    it.policy = &policy_of(policy::Mode::automatic);
    it.prepared_plan.needed = {{.address = {.store = Store::tls, .slot = 1},
                                .action = Action::write,
                                .occupied = false,
                                .before = "",
                                .reason = "slot 1 is empty"}};
    it.now = start;
    it.date = today;
    return it;
}

struct StateAssessmentRow {
    const char* name;
    std::function<void(StateInputs&)> change;
    ModemState state;
    bool wanted;
    ReasonCode code;
    const char* reason;
};

void PrintTo(const StateAssessmentRow& row, std::ostream* stream) {
    *stream << row.name;
}

class AssessState : public testing::TestWithParam<StateAssessmentRow> {};

TEST_P(AssessState, FollowsTheTable) {
    StateInputs it = differing();
    GetParam().change(it);
    const StateAssessment assessment = assess_state(it);
    EXPECT_EQ(assessment.wanted, GetParam().wanted);
    EXPECT_EQ(word(assessment.state), word(GetParam().state));
    EXPECT_EQ(word(assessment.code), word(GetParam().code));
    EXPECT_THAT(assessment.reason, HasSubstr(GetParam().reason));
}

const Error problem{ErrorCode::modem_timeout, "nothing came", "look at the wiring"};

INSTANTIATE_TEST_SUITE_P(
    Rows, AssessState,
    testing::Values(
        StateAssessmentRow{"DifferenceIsProvisioned", [](auto&) {}, ModemState::drifted, true,
                           ReasonCode::provisioning, "slot 1 is empty"},
        StateAssessmentRow{"WithoutPolicy", [](auto& it) { it.policy = nullptr; }, ModemState::unmanaged,
                           false, ReasonCode::no_policy, "no policy"},
        StateAssessmentRow{"WithInvalidPolicies",
                           [](auto& it) {
                               it.policy = nullptr;
                               it.policy_problem = "a.toml:1:1: no";
                           },
                           ModemState::unmanaged, false, ReasonCode::policies_invalid, "a.toml:1:1: no"},
        StateAssessmentRow{"Unreadable",
                           [](auto& it) { it.unreadable = LastFailure{.error = problem, .retry_at = {}}; },
                           ModemState::blocked, false, ReasonCode::slots_unreadable, "nothing came"},
        StateAssessmentRow{
            "UnreadableForNow",
            [](auto& it) { it.unreadable = LastFailure{.error = problem, .retry_at = start + 1s}; },
            ModemState::failed, false, ReasonCode::slots_unreadable, "nothing came"},
        StateAssessmentRow{"Blocker", [](auto& it) { it.prepared_plan.blocker = problem; },
                           ModemState::blocked, false, ReasonCode::preflight_failed, "nothing came"},
        StateAssessmentRow{"NothingNeeded", [](auto& it) { it.prepared_plan.needed.clear(); },
                           ModemState::compliant, false, ReasonCode::compliant,
                           "its slots match policy '10-test'"},
        StateAssessmentRow{"NothingNeededInModeReport",
                           [](auto& it) {
                               it.prepared_plan.needed.clear();
                               it.policy = &policy_of(policy::Mode::report);
                           },
                           ModemState::compliant, false, ReasonCode::compliant, "10-test"},
        StateAssessmentRow{"ModeManual", [](auto& it) { it.policy = &policy_of(policy::Mode::manual); },
                           ModemState::drifted, false, ReasonCode::policy_manual, "slot 1 is empty"},
        StateAssessmentRow{"ModeReport", [](auto& it) { it.policy = &policy_of(policy::Mode::report); },
                           ModemState::drifted, false, ReasonCode::policy_reports, "slot 1 is empty"},
        StateAssessmentRow{"LimitReached", [](auto& it) { it.limit_reached = problem; }, ModemState::blocked,
                           false, ReasonCode::not_kept, "nothing came"},
        StateAssessmentRow{"Cancelled", [](auto& it) { it.cancelled = true; }, ModemState::drifted, false,
                           ReasonCode::cancelled, "cancelled"},
        StateAssessmentRow{"FailedAndRequiresManualIntervention",
                           [](auto& it) { it.failure = LastFailure{problem, std::nullopt}; },
                           ModemState::blocked, false, ReasonCode::attempt_failed, "nothing came"},
        StateAssessmentRow{"FailedAndNotDue", [](auto& it) { it.failure = LastFailure{problem, start + 1s}; },
                           ModemState::failed, false, ReasonCode::attempt_failed, "nothing came"},
        StateAssessmentRow{"FailedAndDue", [](auto& it) { it.failure = LastFailure{problem, start}; },
                           ModemState::drifted, true, ReasonCode::provisioning, "slot 1 is empty"}),
    [](const auto& instance) { return instance.param.name; });

struct ExpiryRow {
    std::chrono::seconds left;
    const char* notice; ///< null: none
};

class ExpiryNotice : public testing::TestWithParam<ExpiryRow> {};

TEST_P(ExpiryNotice, CountsDays) {
    const Expiry expiry{.address = {.store = Store::tls, .slot = 0}, .when = today + GetParam().left};
    const auto notice = expiry_notice(expiry, std::chrono::days(30), today);
    if (GetParam().notice == nullptr)
        EXPECT_EQ(notice, std::nullopt);
    else
        EXPECT_EQ(notice, std::string("the certificate of slot 0 ") + GetParam().notice);
}

INSTANTIATE_TEST_SUITE_P(Rows, ExpiryNotice,
                         testing::Values(ExpiryRow{std::chrono::days(31), nullptr},
                                         ExpiryRow{std::chrono::days(30), "expires in 30 days"},
                                         ExpiryRow{std::chrono::days(1) + 5h, "expires in 1 day"},
                                         ExpiryRow{23h, "expires today"}, ExpiryRow{-1h, "expired today"},
                                         ExpiryRow{-std::chrono::days(2), "expired 2 days ago"}));

TEST(AssessState, ReportsTheErrorThatCausedTheState) {
    for (const auto& change : std::vector<std::function<void(StateInputs&)>>{
             [](auto& it) { it.unreadable = LastFailure{.error = problem, .retry_at = {}}; },
             [](auto& it) { it.prepared_plan.blocker = problem; },
             [](auto& it) { it.limit_reached = problem; },
             [](auto& it) { it.failure = LastFailure{problem, start + 1s}; }}) {
        StateInputs it = differing();
        change(it);
        EXPECT_EQ(assess_state(it).error, ErrorCode::modem_timeout);
    }
    StateInputs it = differing();
    it.policy = &policy_of(policy::Mode::manual);
    EXPECT_EQ(assess_state(it).error, std::nullopt);
}

TEST(AssessState, ReportsTheExpiringCertificateOfACompliantModem) {
    StateInputs it = differing();
    it.prepared_plan.needed.clear();
    it.prepared_plan.expiry = Expiry{.address = {}, .when = today + std::chrono::days(12)};
    const StateAssessment assessment = assess_state(it);
    EXPECT_EQ(assessment.state, ModemState::compliant);
    EXPECT_EQ(assessment.expiring, SlotAddress{});
    EXPECT_EQ(word(assessment.code), word(ReasonCode::expiring));
    EXPECT_THAT(assessment.reason, HasSubstr("expires in 12 days"));
    EXPECT_FALSE(assessment.hint.empty());
}

TEST(AssessState, DoesNotReportACertificateFarFromItsExpiry) {
    StateInputs it = differing();
    it.prepared_plan.needed.clear();
    it.prepared_plan.expiry = Expiry{.address = {}, .when = today + std::chrono::days(300)};
    const StateAssessment assessment = assess_state(it);
    EXPECT_FALSE(assessment.expiring);
    EXPECT_THAT(assessment.reason, Not(HasSubstr("expires")));
}

} // namespace
} // namespace bgs2
