// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/borrow_diagnosis.h"
#include "tests/unit/cli/doctor/diagnostic_case.h"
#include "tests/unit/cli/doctor/healthy_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

using test::error;
using test::healthy;
using test::note;
using test::warning;
using testing::IsEmpty;

void waits(SystemSnapshot& snapshot, std::chrono::seconds time, const char* holder = "pppd (812)") {
    Port& port = snapshot.daemon->ports.front();
    port.use = "waiting";
    port.holder = holder;
    port.work = "write slot 0";
    port.waiting_since = static_cast<std::uint64_t>((snapshot.now - time).time_since_epoch().count());
}

void held(SystemSnapshot& snapshot, pid_t pid, const char* program, const char* unit) {
    snapshot.processes.holders.push_back(
        {.device = "/dev/ttyUSB0", .pid = pid, .name = program, .unit = unit});
}

void borrows(SystemSnapshot& snapshot, const char* load, std::optional<bool> may_stop) {
    snapshot.daemon->policies.front().borrow_from = {"gprs.service"};
    snapshot.daemon->units = {
        {.name = "gprs.service",
         .policy = "10-ca",
         .unit = ServiceUnit{.load = load, .active = "active", .enabled = "enabled", .result = "success"},
         .may_stop = may_stop}};
}

const std::vector<test::DiagnosticCase> borrow_diagnosis_cases{
    {"waits for a program that only bgs2d knows",
     [](SystemSnapshot& it) { waits(it, std::chrono::seconds(10)); }, note, "port-waiting", "/dev/ttyUSB0",
     "bgs2d waits since 2027-01-14T23:59:50Z for pppd (812), to write slot 0", "stop that program"},
    {"waits for long", [](SystemSnapshot& it) { waits(it, std::chrono::hours(1)); }, warning, "port-waiting",
     "/dev/ttyUSB0", "since 2027-01-14T23:00:00Z", "bgs2d-ports(7)"},
    {"waits for nobody that is known", [](SystemSnapshot& it) { waits(it, std::chrono::hours(1), ""); },
     warning, "port-waiting", "/dev/ttyUSB0", "for another program, to", "borrow-from"},
    {"waits for the program of a unit",
     [](SystemSnapshot& it) {
         waits(it, std::chrono::hours(2));
         held(it, 812, "pppd", "gprs.service");
     },
     warning, "port-waiting", "/dev/ttyUSB0", "for pppd (pid 812 of gprs.service), to write",
     "borrow-from = [\"gprs.service\"]"},
    {"waits for a unit that it may stop",
     [](SystemSnapshot& it) {
         waits(it, std::chrono::hours(2));
         held(it, 812, "pppd", "gprs.service");
         borrows(it, "loaded", true);
     },
     warning, "port-waiting", "/dev/ttyUSB0", "pppd (pid 812 of gprs.service)",
     "within 'window' of [port] in the policy or when you run 'bgs2ctl provision'"},
    {"waits for ModemManager",
     [](SystemSnapshot& it) {
         waits(it, std::chrono::hours(2), "ModemManager");
         held(it, 412, "ModemManager", "ModemManager.service");
     },
     warning, "port-waiting", "/dev/ttyUSB0", "ModemManager (pid 412", "ID_MM_PORT_IGNORE: see bgs2d(8)"},
    {"a unit that does not exist", [](SystemSnapshot& it) { borrows(it, "not-found", std::nullopt); }, error,
     "unit-not-found", "gprs.service", "policy '10-ca'", "correct the name"},
    {"a unit that polkit protects", [](SystemSnapshot& it) { borrows(it, "loaded", false); }, error,
     "unit-not-permitted", "gprs.service", "does not let bgs2d stop it",
     "write the rule in UNITS of bgs2d(8) to /etc/polkit-1/rules.d/50-bgs2d-units.rules"},
    {"a rule for all units", [](SystemSnapshot& it) { it.daemon->may_stop_others = true; }, warning,
     "units-not-restricted", "bgs2d", "units that no policy names", "see UNITS in bgs2d(8)"},
    {"a stale lock",
     [](SystemSnapshot& it) {
         it.locks = {
             {.device = "/dev/ttyUSB0", .file = "/run/lock/LCK..ttyUSB0", .pid = 99, .running = false}};
     },
     note, "lock-stale", "/dev/ttyUSB0", "/run/lock/LCK..ttyUSB0 is of process 99, which has ended",
     "rm /run/lock/LCK..ttyUSB0"},
};

TEST(BorrowDiagnosis, FindsNoProblemsOnAHealthyGateway) {
    EXPECT_THAT(diagnose_borrowing(healthy()), IsEmpty());
}

TEST(BorrowDiagnosis, ReportsEachProblemAndNoOther) {
    for (const test::DiagnosticCase& each : borrow_diagnosis_cases) {
        SCOPED_TRACE(each.name);
        SystemSnapshot snapshot = healthy();
        each.change(snapshot);
        test::expect_only(each, diagnose_borrowing(snapshot));
    }
}

TEST(BorrowDiagnosis, AcceptsPermittedUnitsAndLocksOfRunningProcesses) {
    SystemSnapshot snapshot = healthy();
    borrows(snapshot, "loaded", true);
    snapshot.locks = {
        {.device = "/dev/ttyUSB0", .file = "/run/lock/LCK..ttyUSB0", .pid = 1, .running = true}};
    EXPECT_THAT(diagnose_borrowing(snapshot), IsEmpty());
    snapshot.daemon->units.front().may_stop.reset(); // not root: polkit does not tell
    EXPECT_THAT(diagnose_borrowing(snapshot), IsEmpty());
}

} // namespace
} // namespace bgs2::cli
