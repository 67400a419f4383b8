#include "daemon/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <ostream>

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
Circumstances differing() {
    Circumstances it;
    it.policy = &policy_of(policy::Mode::automatic);
    it.preparation.needed = {{.address = {.store = sbnw::Store::tls, .slot = 1},
                              .action = Action::write,
                              .occupied = false,
                              .before = "",
                              .reason = "slot 1 is empty"}};
    it.now = start;
    it.date = today;
    return it;
}

struct Row {
    const char* name;
    std::function<void(Circumstances&)> change;
    ModemState state;
    bool wanted;
    const char* reason;
};

void PrintTo(const Row& row, std::ostream* stream) {
    *stream << row.name;
}

class Judge : public testing::TestWithParam<Row> {};

TEST_P(Judge, FollowsTheTable) {
    Circumstances it = differing();
    GetParam().change(it);
    const Verdict verdict = judge(it);
    EXPECT_EQ(verdict.wanted, GetParam().wanted);
    EXPECT_EQ(word(verdict.state), word(GetParam().state));
    EXPECT_THAT(verdict.reason, HasSubstr(GetParam().reason));
}

const Error trouble{ErrorCode::modem_timeout, "nothing came", "look at the wiring"};

INSTANTIATE_TEST_SUITE_P(
    Rows, Judge,
    testing::Values(Row{"ADifferenceIsRepaired", [](auto&) {}, ModemState::drifted, true, "slot 1 is empty"},
                    Row{"WithoutPolicy", [](auto& it) { it.policy = nullptr; }, ModemState::unmanaged, false,
                        "no policy"},
                    Row{"WithBrokenPolicies",
                        [](auto& it) {
                            it.policy = nullptr;
                            it.policy_problem = "a.toml:1:1: no";
                        },
                        ModemState::unmanaged, false, "a.toml:1:1: no"},
                    Row{"Unreadable", [](auto& it) { it.unreadable = trouble; }, ModemState::blocked, false,
                        "nothing came"},
                    Row{"Obstacle", [](auto& it) { it.preparation.obstacle = trouble; }, ModemState::blocked,
                        false, "nothing came"},
                    Row{"NothingNeeded", [](auto& it) { it.preparation.needed.clear(); },
                        ModemState::compliant, false, "it holds what policy '10-test' says"},
                    Row{"NothingNeededInModeReport",
                        [](auto& it) {
                            it.preparation.needed.clear();
                            it.policy = &policy_of(policy::Mode::report);
                        },
                        ModemState::compliant, false, "10-test"},
                    Row{"ModeManual", [](auto& it) { it.policy = &policy_of(policy::Mode::manual); },
                        ModemState::drifted, false, "slot 1 is empty"},
                    Row{"ModeReport", [](auto& it) { it.policy = &policy_of(policy::Mode::report); },
                        ModemState::drifted, false, "slot 1 is empty"},
                    Row{"Exhausted", [](auto& it) { it.exhausted = trouble; }, ModemState::blocked, false,
                        "nothing came"},
                    Row{"Held", [](auto& it) { it.held = true; }, ModemState::drifted, false, "cancelled"},
                    Row{"FailedForAPerson", [](auto& it) { it.failure = Failure{trouble, std::nullopt}; },
                        ModemState::blocked, false, "nothing came"},
                    Row{"FailedAndNotDue", [](auto& it) { it.failure = Failure{trouble, start + 1s}; },
                        ModemState::failed, false, "nothing came"},
                    Row{"FailedAndDue", [](auto& it) { it.failure = Failure{trouble, start}; },
                        ModemState::drifted, true, "slot 1 is empty"}),
    [](const auto& instance) { return instance.param.name; });

struct ExpiryRow {
    std::chrono::seconds left;
    const char* notice; ///< null: none
};

class ExpiryNotice : public testing::TestWithParam<ExpiryRow> {};

TEST_P(ExpiryNotice, CountsDays) {
    const Expiry expiry{.address = {.store = sbnw::Store::tls, .slot = 0}, .when = today + GetParam().left};
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

TEST(Judge, TellsOfACompliantModemThatItsCertificateExpires) {
    Circumstances it = differing();
    it.preparation.needed.clear();
    it.preparation.expiry = Expiry{.address = {}, .when = today + std::chrono::days(12)};
    const Verdict verdict = judge(it);
    EXPECT_EQ(verdict.state, ModemState::compliant);
    EXPECT_EQ(verdict.expiring, sbnw::SlotAddress{});
    EXPECT_THAT(verdict.reason, HasSubstr("expires in 12 days"));
    EXPECT_FALSE(verdict.hint.empty());
}

TEST(Judge, SaysNothingOfACertificateThatIsGoodForLong) {
    Circumstances it = differing();
    it.preparation.needed.clear();
    it.preparation.expiry = Expiry{.address = {}, .when = today + std::chrono::days(300)};
    const Verdict verdict = judge(it);
    EXPECT_FALSE(verdict.expiring);
    EXPECT_THAT(verdict.reason, Not(HasSubstr("expires")));
}

} // namespace
} // namespace bgs2
