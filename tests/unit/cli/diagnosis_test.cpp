#include "cli/diagnosis.h"
#include "tests/unit/cli/complaint_case.h"
#include "tests/unit/cli/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

using namespace std::chrono_literals;
using test::healthy;
using test::healthy_imei;
using testing::ElementsAre;
using testing::IsEmpty;

ServiceUnit unit(const char* load, const char* active, const char* enabled, const char* result) {
    return {.load = load, .active = active, .enabled = enabled, .result = result};
}

void stopped(Evidence& evidence, const ServiceUnit& unit) {
    evidence.unit = unit;
    evidence.running = false;
    evidence.testimony.reset();
}

void refused(Evidence& evidence, ExitCode exit, const char* what) {
    evidence.testimony.reset();
    evidence.no_testimony = Unanswered{.exit = exit, .what = what, .hint = "look"};
}

Modem& modem(Evidence& evidence) {
    return evidence.testimony->modems.front();
}

void comes_to(Evidence& evidence, const char* state, const char* reason, const char* hint) {
    modem(evidence).state = state;
    modem(evidence).reason = reason;
    modem(evidence).hint = hint;
}

void holds(Evidence& evidence, const char* compliance, std::chrono::sys_days expires) {
    Slot slot;
    slot.subject = "/CN=gateway-7";
    slot.expires = static_cast<std::uint64_t>(std::chrono::sys_seconds(expires).time_since_epoch().count());
    slot.compliance = compliance;
    modem(evidence).slots[0] = slot;
}

constexpr auto error = Severity::error;
constexpr auto warning = Severity::warning;
constexpr auto note = Severity::note;

const std::vector<test::ComplaintCase> cases{
    {"the bus",
     [](Evidence& it) {
         stopped(it, {});
         it.no_bus = Unanswered{.exit = ExitCode::no_daemon, .what = "no bus", .hint = "is it there?"};
     },
     error, "bus-not-reached", "bgs2d", "no bus", "is it there?"},
    {"denied", [](Evidence& it) { refused(it, ExitCode::denied, "Rejected"); }, error, "bus-denied", "bgs2d",
     "does not let you", "io.bgs2d1.conf"},
    {"hanging", [](Evidence& it) { refused(it, ExitCode::timed_out, "bgs2d does not answer"); }, error,
     "daemon-not-answering", "bgs2d", "does not answer", "look"},
    {"another answer", [](Evidence& it) { refused(it, ExitCode::failed, "odd"); }, error, "daemon-not-asked",
     "bgs2d", "could not be asked: odd", "look"},
    {"not installed", [](Evidence& it) { stopped(it, unit("not-found", "inactive", "", "")); }, error,
     "service-not-installed", "bgs2d", "no bgs2d.service", "daemon-reload"},
    {"masked", [](Evidence& it) { stopped(it, unit("masked", "inactive", "masked", "success")); }, error,
     "service-masked", "bgs2d", "masked", "systemctl unmask bgs2d"},
    {"not loaded", [](Evidence& it) { stopped(it, unit("bad-setting", "inactive", "enabled", "")); }, error,
     "service-broken", "bgs2d", "bad-setting", "systemctl status bgs2d"},
    {"failed", [](Evidence& it) { stopped(it, unit("loaded", "failed", "enabled", "exit-code")); }, error,
     "service-failed", "bgs2d", "it failed (exit-code)", "journalctl -u bgs2d"},
    {"failing again and again",
     [](Evidence& it) { stopped(it, unit("loaded", "activating", "enabled", "exit-code")); }, warning,
     "service-starting", "bgs2d", "started again, since it failed (exit-code)", "journalctl -u bgs2d"},
    {"starting", [](Evidence& it) { stopped(it, unit("loaded", "activating", "enabled", "success")); },
     warning, "service-starting", "bgs2d", "is being started", "in a moment"},
    {"stopped", [](Evidence& it) { stopped(it, unit("loaded", "inactive", "enabled", "success")); }, error,
     "daemon-not-running", "bgs2d", "does not run", "systemctl start bgs2d"},
    {"stopped and disabled",
     [](Evidence& it) { stopped(it, unit("loaded", "inactive", "disabled", "success")); }, error,
     "daemon-not-running", "bgs2d", "not started at boot", "systemctl enable --now bgs2d"},
    {"disabled", [](Evidence& it) { it.unit->enabled = "disabled"; }, warning, "service-not-enabled", "bgs2d",
     "not started at boot", "systemctl enable bgs2d"},
    {"stopped where there is no systemd",
     [](Evidence& it) {
         stopped(it, {});
         it.unit.reset();
         it.activatable = false;
     },
     error, "daemon-not-running", "bgs2d", "does not run", "no systemd on the bus"},
    {"stopped, but the bus would start it",
     [](Evidence& it) {
         stopped(it, {});
         it.unit.reset();
     },
     error, "daemon-not-running", "bgs2d", "does not run", "bgs2ctl list"},
    {"a clock before the release", [](Evidence& it) { it.now = std::chrono::sys_days(1970y / 1 / 1); }, error,
     "clock-not-set", "clock", "1970-01-01T00:00:00Z, which is before this version", "timedatectl"},
    {"a clock before the policies",
     [](Evidence& it) { it.newest_policy = PolicyFile{.path = "/etc/10-ca.toml", .written = it.now + 24h}; },
     error, "clock-not-set", "clock", "/etc/10-ca.toml was written at 2027-01-16T00:00:00Z", "timedatectl"},
    {"a clock that nothing keeps right", [](Evidence& it) { it.clock_synchronised = false; }, note,
     "clock-not-synchronised", "clock", "nothing keeps it right", "set-ntp"},
    {"a history that can not be written", [](Evidence& it) { it.testimony->history_lost_since = 1800000000; },
     warning, "history-lost", "bgs2d", "since 2027-01-15T08:00:00Z", "full"},
    {"a broken policy", [](Evidence& it) { it.testimony->policy_errors = {"/etc/5.toml:2:1: moed"}; }, error,
     "policy-broken", "/etc/5.toml", "/etc/5.toml:2:1: moed", "the policies of before are in force"},
    {"policies broken from the start",
     [](Evidence& it) {
         it.testimony->policy_errors = {"/etc/5.toml:2:1: moed"};
         it.testimony->policies.clear();
         comes_to(it, "unmanaged", "the policies can not be used", "mend them");
         modem(it).policy = "";
     },
     error, "policy-broken", "/etc/5.toml", "moed", "no policy at all"},
    {"no policy",
     [](Evidence& it) {
         it.testimony->policies.clear();
         comes_to(it, "unmanaged", "no policy is for this modem", "add one");
         modem(it).policy = "";
     },
     error, "no-policy", "/etc/bgs2d/policy.d", "there is no policy", "bgs2ctl policy check"},
    {"a modem that no policy is for",
     [](Evidence& it) {
         comes_to(it, "unmanaged", "no policy is for this modem", "add one");
         modem(it).policy = "";
     },
     warning, "modem-unmanaged", healthy_imei, "no policy is for this modem", "add one"},
    {"an ignored modem", [](Evidence& it) { comes_to(it, "unmanaged", "policy '10-ca' says so", ""); }, note,
     "modem-ignored", healthy_imei, "says so", "policy show"},
    {"a blocked modem", [](Evidence& it) { comes_to(it, "blocked", "the key is wrong", "make another"); },
     error, "modem-blocked", healthy_imei, "the key is wrong", "make another"},
    {"a failed modem",
     [](Evidence& it) {
         comes_to(it, "failed", "it does not answer", "wait");
         modem(it).retry_at = 1800000000;
     },
     error, "modem-failed", healthy_imei, "it does not answer",
     "wait; bgs2d tries again at 2027-01-15T08:00:00Z"},
    {"a drifted modem", [](Evidence& it) { comes_to(it, "drifted", "slot 1 is empty", "write it"); }, warning,
     "modem-drifted", healthy_imei, "slot 1 is empty", "write it"},
    {"a certificate that ends soon",
     [](Evidence& it) { comes_to(it, "compliant", "it holds it; slot 0 expires in 3 days", "renew it"); },
     warning, "certificate-expiring", healthy_imei, "expires in 3 days", "renew it"},
    {"a certificate that ended",
     [](Evidence& it) {
         comes_to(it, "compliant", "it holds it; slot 0 expired 5 days ago", "renew it");
         holds(it, "compliant", 2027y / 1 / 10);
     },
     error, "certificate-expired", healthy_imei, "slot 0 (/CN=gateway-7) expired on 2027-01-10", "renewed"},
    {"a certificate that ended, which no policy names",
     [](Evidence& it) { holds(it, "unlisted", 2027y / 1 / 10); }, warning, "certificate-expired",
     healthy_imei, "expired on 2027-01-10", "erase-unlisted"},
    {"a finding",
     [](Evidence& it) {
         modem(it).findings = {{.severity = "warning",
                                .store = "is_cert",
                                .slot = 1,
                                .code = "InvalidCertificate",
                                .message = "slot 1 is not a CA's",
                                .hint = "take the CA's"}};
     },
     warning, "modem-finding", healthy_imei, "slot 1 is not a CA's", "take the CA's"},
};

TEST(Diagnosis, FindsNothingWhereAllIsWell) {
    const Evidence evidence = healthy();
    EXPECT_THAT(diagnose(evidence), IsEmpty());
    EXPECT_EQ(summary(evidence, {}), "nothing is wrong: 1 modem compliant, 1 policy");
}

TEST(Diagnosis, FindsWhatIsWrongAndNothingElse) {
    for (const test::ComplaintCase& each : cases) {
        SCOPED_TRACE(each.name);
        Evidence evidence = healthy();
        each.change(evidence);
        test::expect_only(each, diagnose(evidence));
    }
}

TEST(Diagnosis, TellsAFindingThatIsTheReasonOnce) {
    Evidence evidence = healthy();
    comes_to(evidence, "blocked", "slot 0 has expired", "renew it");
    modem(evidence).findings = {{.severity = "error",
                                 .store = "is_cert",
                                 .slot = 0,
                                 .code = "Expired",
                                 .message = "slot 0 has expired",
                                 .hint = "renew it"}};
    EXPECT_EQ(diagnose(evidence).size(), 1U);
}

TEST(Diagnosis, TellsErrorsFirstAndCountsThem) {
    Evidence evidence = healthy();
    evidence.clock_synchronised = false;
    evidence.unit->enabled = "disabled";
    comes_to(evidence, "blocked", "the key is wrong", "make another");
    const auto complaints = diagnose(evidence);
    std::vector<Severity> severities;
    for (const Complaint& complaint : complaints)
        severities.push_back(complaint.severity);
    EXPECT_THAT(severities, ElementsAre(error, warning, note));
    EXPECT_EQ(summary(evidence, complaints), "1 error, 1 warning");
}

TEST(Diagnosis, IsAnArrayForPrograms) {
    EXPECT_EQ(to_json(std::vector<Complaint>{}).dump(), "[]");
    EXPECT_EQ(to_json(std::vector<Complaint>{{.severity = error,
                                              .id = "port-silent",
                                              .subject = "/dev/ttyS1",
                                              .message = "nothing answers",
                                              .hint = "a\nb"}})
                  .dump(),
              R"([{"severity":"error","id":"port-silent","subject":"/dev/ttyS1","message":"nothing answers",)"
              R"("hint":"a\nb"}])");
}

} // namespace
} // namespace bgs2::cli
