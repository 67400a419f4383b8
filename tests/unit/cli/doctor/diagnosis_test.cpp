// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/diagnosis.h"
#include "daemon/base/codes.h"
#include "tests/unit/cli/doctor/diagnostic_case.h"
#include "tests/unit/cli/doctor/healthy_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

using namespace std::chrono_literals;
using test::error;
using test::healthy;
using test::healthy_imei;
using test::note;
using test::warning;
using testing::ElementsAre;
using testing::IsEmpty;

ServiceUnit unit(const char* load, const char* active, const char* enabled, const char* result) {
    return {.load = load, .active = active, .enabled = enabled, .result = result};
}

void stopped(SystemSnapshot& snapshot, const ServiceUnit& unit) {
    snapshot.unit = unit;
    snapshot.running = false;
    snapshot.daemon.reset();
}

void query_failed(SystemSnapshot& snapshot, ExitCode exit, const char* what) {
    snapshot.daemon.reset();
    snapshot.daemon_error = QueryError{.exit = exit, .what = what, .hint = "look"};
}

Modem& modem(SystemSnapshot& snapshot) {
    return snapshot.daemon->modems.front();
}

void set_modem_state(SystemSnapshot& snapshot, const char* state, const char* reason, const char* hint,
                     ReasonCode code = {}) {
    modem(snapshot).reason_code = word(code);
    modem(snapshot).state = state;
    modem(snapshot).reason = reason;
    modem(snapshot).hint = hint;
}

void holds(SystemSnapshot& snapshot, const char* compliance, std::chrono::sys_days expires) {
    Slot slot;
    slot.subject = "/CN=gateway-7";
    slot.expires = static_cast<std::uint64_t>(std::chrono::sys_seconds(expires).time_since_epoch().count());
    slot.compliance = compliance;
    modem(snapshot).slots[0] = slot;
}

Finding expired(unsigned slot) {
    return {.severity = "error",
            .store = "is_cert",
            .slot = slot,
            .code = "Expired",
            .message = "slot " + std::to_string(slot) + " has expired",
            .hint = "renew it"};
}

const std::vector<test::DiagnosticCase> cases{
    {"the bus",
     [](SystemSnapshot& it) {
         stopped(it, {});
         it.bus_error = QueryError{.exit = ExitCode::no_daemon, .what = "no bus", .hint = "check it"};
     },
     error, "bus-not-reached", "bgs2d", "no bus", "check it"},
    {"bgs2ctl in a container",
     [](SystemSnapshot& it) {
         it.container = "podman";
         it.daemon_elsewhere = true;
     },
     note, "bgs2ctl-in-container", "bgs2ctl", "in a container (podman), bgs2d outside of it",
     "on the machine"},
    {"bgs2d in a container with udev", [](SystemSnapshot& it) { it.container = "lxc"; }, note,
     "daemon-in-container", "bgs2d", "in a container (lxc): programs outside", "one container"},
    {"denied", [](SystemSnapshot& it) { query_failed(it, ExitCode::denied, "Rejected"); }, error,
     "bus-denied", "bgs2d", "permission denied", "io.bgs2d1.conf"},
    {"hanging", [](SystemSnapshot& it) { query_failed(it, ExitCode::timed_out, "bgs2d does not answer"); },
     error, "daemon-not-answering", "bgs2d", "does not answer", "look"},
    {"another answer", [](SystemSnapshot& it) { query_failed(it, ExitCode::failed, "odd"); }, error,
     "daemon-not-asked", "bgs2d", "cannot query bgs2d: odd", "look"},
    {"not installed", [](SystemSnapshot& it) { stopped(it, unit("not-found", "inactive", "", "")); }, error,
     "service-not-installed", "bgs2d", "no bgs2d.service", "daemon-reload"},
    {"masked", [](SystemSnapshot& it) { stopped(it, unit("masked", "inactive", "masked", "success")); },
     error, "service-masked", "bgs2d", "masked", "systemctl unmask bgs2d"},
    {"not loaded", [](SystemSnapshot& it) { stopped(it, unit("bad-setting", "inactive", "enabled", "")); },
     error, "service-broken", "bgs2d", "bad-setting", "systemctl status bgs2d"},
    {"failed", [](SystemSnapshot& it) { stopped(it, unit("loaded", "failed", "enabled", "exit-code")); },
     error, "service-failed", "bgs2d", "it failed (exit-code)", "journalctl -u bgs2d"},
    {"failing again and again",
     [](SystemSnapshot& it) { stopped(it, unit("loaded", "activating", "enabled", "exit-code")); }, warning,
     "service-starting", "bgs2d", "restarting: it failed (exit-code)", "journalctl -u bgs2d"},
    {"starting", [](SystemSnapshot& it) { stopped(it, unit("loaded", "activating", "enabled", "success")); },
     warning, "service-starting", "bgs2d", "is starting", "in a minute"},
    {"stopped", [](SystemSnapshot& it) { stopped(it, unit("loaded", "inactive", "enabled", "success")); },
     error, "daemon-not-running", "bgs2d", "is not running", "systemctl start bgs2d"},
    {"stopped and disabled",
     [](SystemSnapshot& it) { stopped(it, unit("loaded", "inactive", "disabled", "success")); }, error,
     "daemon-not-running", "bgs2d", "does not start at boot", "systemctl enable --now bgs2d"},
    {"disabled", [](SystemSnapshot& it) { it.unit->enabled = "disabled"; }, warning, "service-not-enabled",
     "bgs2d", "does not start at boot", "systemctl enable bgs2d"},
    {"stopped where there is no systemd",
     [](SystemSnapshot& it) {
         stopped(it, {});
         it.unit.reset();
         it.activatable = false;
     },
     error, "daemon-not-running", "bgs2d", "is not running", "no systemd on the bus"},
    {"stopped, but the bus would start it",
     [](SystemSnapshot& it) {
         stopped(it, {});
         it.unit.reset();
     },
     error, "daemon-not-running", "bgs2d", "is not running", "bgs2ctl list"},
    {"a clock before the release", [](SystemSnapshot& it) { it.now = std::chrono::sys_days(1970y / 1 / 1); },
     error, "clock-not-set", "clock", "1970-01-01T00:00:00Z, before the release of this version",
     "timedatectl"},
    {"a clock before the policies",
     [](SystemSnapshot& it) {
         it.newest_policy = PolicyFile{.path = "/etc/10-ca.toml", .written = it.now + 24h};
     },
     error, "clock-not-set", "clock", "/etc/10-ca.toml was written at 2027-01-16T00:00:00Z", "timedatectl"},
    {"a clock that is not synchronised", [](SystemSnapshot& it) { it.clock_synchronised = false; }, note,
     "clock-not-synchronised", "clock", "is not synchronised", "set-ntp"},
    {"a history that cannot be written",
     [](SystemSnapshot& it) { it.daemon->history_lost_since = 1800000000; }, warning, "history-lost", "bgs2d",
     "since 2027-01-15T08:00:00Z", "full"},
    {"a broken policy", [](SystemSnapshot& it) { it.daemon->policy_errors = {"/etc/5.toml:2:1: moed"}; },
     error, "policy-broken", "bgs2d", "/etc/5.toml:2:1: moed", "the previous policies stay active"},
    {"policies broken from the start",
     [](SystemSnapshot& it) {
         it.daemon->policy_errors = {"/etc/5.toml:2:1: moed"};
         it.daemon->policies.clear();
         set_modem_state(it, "unmanaged", "the policies are invalid", "fix them",
                         ReasonCode::policies_invalid);
         modem(it).policy = "";
     },
     error, "policy-broken", "bgs2d", "/etc/5.toml:2:1: moed", "no active policy"},
    {"no policy",
     [](SystemSnapshot& it) {
         it.daemon->policies.clear();
         set_modem_state(it, "unmanaged", "the modem matches no policy", "add one", ReasonCode::no_policy);
         modem(it).policy = "";
     },
     error, "no-policy", "/etc/bgs2d/policy.d", "no policies", "bgs2ctl policy check"},
    {"a modem that matches no policy",
     [](SystemSnapshot& it) {
         set_modem_state(it, "unmanaged", "the modem matches no policy", "add one", ReasonCode::no_policy);
         modem(it).policy = "";
     },
     warning, "modem-unmanaged", healthy_imei, "the modem matches no policy", "add one"},
    {"an ignored modem",
     [](SystemSnapshot& it) {
         set_modem_state(it, "unmanaged", "policy '10-ca' says so", "", ReasonCode::policy_ignores);
     },
     note, "modem-ignored", healthy_imei, "says so", "policy show"},
    {"a blocked modem",
     [](SystemSnapshot& it) { set_modem_state(it, "blocked", "the key is wrong", "make another"); }, error,
     "modem-blocked", healthy_imei, "the key is wrong", "make another"},
    {"a failed modem",
     [](SystemSnapshot& it) {
         set_modem_state(it, "failed", "it does not answer", "wait");
         modem(it).retry_at = 1800000000;
     },
     error, "modem-failed", healthy_imei, "it does not answer",
     "wait; bgs2d retries at 2027-01-15T08:00:00Z"},
    {"a drifted modem",
     [](SystemSnapshot& it) { set_modem_state(it, "drifted", "slot 1 is empty", "write it"); }, warning,
     "modem-drifted", healthy_imei, "slot 1 is empty", "write it"},
    {"a certificate that expires soon",
     [](SystemSnapshot& it) {
         set_modem_state(it, "compliant", "it holds it; slot 0 expires in 3 days", "renew it",
                         ReasonCode::expiring);
     },
     warning, "certificate-expiring", healthy_imei, "expires in 3 days", "renew it"},
    {"an expired certificate",
     [](SystemSnapshot& it) {
         set_modem_state(it, "compliant", "it holds it; slot 0 expired 5 days ago", "renew it",
                         ReasonCode::expiring);
         holds(it, "compliant", 2027y / 1 / 10);
     },
     error, "certificate-expired", healthy_imei, "slot 0 (/CN=gateway-7) expired on 2027-01-10", "renew"},
    {"an expired certificate in an unlisted slot",
     [](SystemSnapshot& it) { holds(it, "unlisted", 2027y / 1 / 10); }, warning, "certificate-expired",
     healthy_imei, "expired on 2027-01-10", "erase-unlisted"},
    {"a finding",
     [](SystemSnapshot& it) {
         modem(it).findings = {{.severity = "warning",
                                .store = "is_cert",
                                .slot = 1,
                                .code = "InvalidCertificate",
                                .message = "slot 1 is not a CA's",
                                .hint = "take the CA's"}};
     },
     warning, "modem-finding", healthy_imei, "slot 1 is not a CA's", "take the CA's"},
};

TEST(Diagnosis, FindsNoProblemsOnAHealthyGateway) {
    const SystemSnapshot snapshot = healthy();
    EXPECT_THAT(diagnose(snapshot), IsEmpty());
    EXPECT_EQ(summary(snapshot, {}), "no problems found: 1 modem compliant, 1 policy");
}

TEST(Diagnosis, ReportsEachProblemAndNoOther) {
    for (const test::DiagnosticCase& each : cases) {
        SCOPED_TRACE(each.name);
        SystemSnapshot snapshot = healthy();
        each.change(snapshot);
        test::expect_only(each, diagnose(snapshot));
    }
}

TEST(Diagnosis, ReportsAFindingThatIsTheReasonOnlyOnce) {
    SystemSnapshot snapshot = healthy();
    set_modem_state(snapshot, "blocked", "cannot write slot 0: expired", "renew it",
                    ReasonCode::preflight_failed);
    modem(snapshot).reason_error = "Expired";
    modem(snapshot).slots[0].compliance = "missing";
    modem(snapshot).findings = {expired(0)};
    EXPECT_EQ(diagnose(snapshot).size(), 1U);
}

TEST(Diagnosis, ReportsFindingsThatAreNotTheReason) {
    SystemSnapshot snapshot = healthy();
    set_modem_state(snapshot, "blocked", "cannot write slot 1: expired", "renew it",
                    ReasonCode::preflight_failed);
    modem(snapshot).reason_error = "Expired";
    modem(snapshot).slots[0].compliance = "compliant"; // not to be written
    modem(snapshot).slots[1].compliance = "missing";
    modem(snapshot).slots[2].compliance = "missing";
    modem(snapshot).findings = {expired(0), expired(1), expired(2)};
    const auto diagnostics = diagnose(snapshot);
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : diagnostics)
        messages.push_back(diagnostic.message);
    EXPECT_THAT(messages,
                ElementsAre("cannot write slot 1: expired", "slot 0 has expired", "slot 2 has expired"));
}

TEST(Diagnosis, SaysThatAServiceWhichIsNotRunningCanBeThatOfTheMachine) {
    SystemSnapshot snapshot = healthy();
    stopped(snapshot, unit("loaded", "inactive", "enabled", "success"));
    snapshot.container = "podman";
    const auto diagnostics = diagnose(snapshot);
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(diagnostics[0].id, "daemon-not-running");
    EXPECT_EQ(diagnostics[1].id, "bgs2ctl-in-container");
    EXPECT_EQ(diagnostics[1].severity, note);
}

TEST(Diagnosis, WarnsOfAContainerWithoutUdevIfNoPortIsNamed) {
    SystemSnapshot snapshot = healthy();
    snapshot.container = "systemd-nspawn";
    snapshot.has_udev = false;
    EXPECT_EQ(diagnose(snapshot).at(0).id, "daemon-in-container");
    snapshot.daemon->ports.clear();
    snapshot.daemon->modems.clear();
    const auto diagnostics = diagnose(snapshot);
    ASSERT_EQ(diagnostics.size(), 2U) << "the missing modem is explained";
    EXPECT_EQ(diagnostics[0].id, "daemon-without-udev");
    EXPECT_EQ(diagnostics[0].severity, warning);
    EXPECT_THAT(diagnostics[0].hint, testing::HasSubstr("[[port]]\n  device = \"/dev/ttyUSB0\""));
    snapshot.daemon_elsewhere = true;
    EXPECT_EQ(diagnose(snapshot).back().id, "bgs2ctl-in-container");
}

TEST(Diagnosis, ListsErrorsFirstAndCountsThem) {
    SystemSnapshot snapshot = healthy();
    snapshot.clock_synchronised = false;
    snapshot.unit->enabled = "disabled";
    set_modem_state(snapshot, "blocked", "the key is wrong", "make another");
    const auto diagnostics = diagnose(snapshot);
    std::vector<Severity> severities;
    for (const Diagnostic& diagnostic : diagnostics)
        severities.push_back(diagnostic.severity);
    EXPECT_THAT(severities, ElementsAre(error, warning, note));
    EXPECT_EQ(summary(snapshot, diagnostics), "1 error, 1 warning");
}

TEST(Diagnosis, PrintsAnArrayAsJson) {
    EXPECT_EQ(to_json(std::vector<Diagnostic>{}).dump(), "[]");
    EXPECT_EQ(to_json(std::vector<Diagnostic>{{.severity = error,
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
