// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_diagnosis.h"
#include "tests/unit/cli/doctor/diagnostic_case.h"
#include "tests/unit/cli/doctor/healthy_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

using test::error;
using test::healthy;
using test::note;
using test::usb_node;
using test::usb_port;
using test::warning;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Adds a second port: its state, the code of the reason, and the reason with a hint in parentheses.
void add_port(SystemSnapshot& snapshot, const char* state, std::string reason, const char* code = "") {
    Port port = usb_port("/dev/ttyUSB1", state, "");
    port.code = code;
    if (const auto hint = reason.find(" ("); reason.ends_with(')') && hint != std::string::npos) {
        port.hint = reason.substr(hint + 2, reason.size() - hint - 3);
        reason.resize(hint);
    }
    port.reason = reason;
    snapshot.daemon->ports.push_back(port);
    snapshot.nodes.push_back(usb_node("/dev/ttyUSB1"));
}

void held(SystemSnapshot& snapshot, const char* device, pid_t pid, const char* program) {
    snapshot.processes.holders.push_back({.device = device, .pid = pid, .name = program});
    snapshot.processes.running.insert(program);
}

void without_modem(SystemSnapshot& snapshot) {
    snapshot.daemon->modems.clear();
    snapshot.daemon->ports.clear();
    snapshot.nodes.clear();
}

/// Adds a UART of the board that no configuration names.
void add_uart(SystemSnapshot& snapshot, bool console) {
    Port port;
    port.device = "/dev/ttyS1";
    port.state = "ignored";
    port.reason = "no udev rule sets BGS2D_PORT=1";
    port.properties = {{"ID_PATH", "platform-fe201000.serial"}};
    snapshot.daemon->ports.push_back(port);
    snapshot.nodes.push_back({.device = "/dev/ttyS1",
                              .usb_vendor = "",
                              .usb_product = "",
                              .console = console,
                              .group = "dialout",
                              .mode = 0660});
}

void without_daemon(SystemSnapshot& snapshot) {
    snapshot.running = false;
    snapshot.daemon.reset();
    snapshot.processes.holders.clear();
}

constexpr auto ignored = "no udev rule sets BGS2D_PORT=1 and no [[port]] is configured";
constexpr auto busy =
    "cannot claim /dev/ttyUSB1: Resource temporarily unavailable (stop the program that uses the port; "
    "'fuser -v /dev/ttyUSB1' names it)";

const std::vector<test::DiagnosticCase> port_diagnosis_cases{
    {"silent",
     [](SystemSnapshot& it) {
         add_port(it, "silent", "no answer on /dev/ttyUSB1 within 5 s (is the modem switched on?)");
     },
     error, "port-silent", "/dev/ttyUSB1", "no answer on /dev/ttyUSB1 within 5 s", "baud rate"},
    {"not a modem",
     [](SystemSnapshot& it) {
         add_port(it, "not-a-modem", "Quectel EC25 answers on /dev/ttyUSB1 (name another port)");
     },
     warning, "port-not-a-modem", "/dev/ttyUSB1", "Quectel EC25 answers", "udev rule"},
    {"absent", [](SystemSnapshot& it) { add_port(it, "absent", "named in bgs2d.toml, but does not exist"); },
     note, "port-absent", "/dev/ttyUSB1", "not present", "plugged in"},
    {"second", [](SystemSnapshot& it) { add_port(it, "duplicate", "another port of the modem 3"); }, note,
     "port-duplicate", "/dev/ttyUSB1", "another port of the modem 3", "one port"},
    {"probing", [](SystemSnapshot& it) { add_port(it, "probing", "being probed for a modem"); }, note,
     "port-probing", "/dev/ttyUSB1", "is identifying", "again"},
    {"not permitted",
     [](SystemSnapshot& it) {
         add_port(it, "unavailable",
                  "cannot open /dev/ttyUSB1: Permission denied (the daemon's user needs the group)",
                  "AccessDenied");
         it.nodes.back().group = "root";
         it.nodes.back().mode = 0600;
     },
     error, "port-denied", "/dev/ttyUSB1", "group is 'root', the mode 0600",
     "\n    SUBSYSTEM==\"tty\", KERNEL==\"ttyUSB1\", GROUP=\"dialout\", MODE=\"0660\""},
    {"kept away by the sandbox",
     [](SystemSnapshot& it) {
         add_port(it, "unavailable", "cannot open /dev/ttyUSB1: Operation not permitted (see DeviceAllow=)",
                  "AccessDenied");
     },
     error, "port-unavailable", "/dev/ttyUSB1", "Operation not permitted", "DeviceAllow="},
    {"held by ModemManager",
     [](SystemSnapshot& it) {
         add_port(it, "unavailable", busy, "PortClaimed");
         held(it, "/dev/ttyUSB1", 412, "ModemManager");
     },
     error, "port-held", "/dev/ttyUSB1", "ModemManager (pid 412)", "ID_MM_PORT_IGNORE"},
    {"held by brltty",
     [](SystemSnapshot& it) {
         add_port(it, "unavailable", busy, "PortClaimed");
         held(it, "/dev/ttyUSB1", 413, "brltty");
     },
     error, "port-held", "/dev/ttyUSB1", "brltty (pid 413)", "systemctl disable --now brltty"},
    {"held by another program",
     [](SystemSnapshot& it) {
         add_port(it, "unavailable", busy, "PortClaimed");
         held(it, "/dev/ttyUSB1", 414, "picocom");
     },
     error, "port-held", "/dev/ttyUSB1", "picocom (pid 414)", "ps -fp 414"},
    {"held by a program that is not visible",
     [](SystemSnapshot& it) { add_port(it, "unavailable", busy, "PortClaimed"); }, error, "port-held",
     "/dev/ttyUSB1", "cannot claim", "fuser -v"},
    {"open in another program while bgs2d has it",
     [](SystemSnapshot& it) {
         it.daemon->ports.front().use = "borrowed";
         held(it, "/dev/ttyUSB0", 415, "cat");
     },
     warning, "port-shared", "/dev/ttyUSB0", "cat (pid 415)", "ps -fp 415"},
    {"inhibited in ModemManager",
     [](SystemSnapshot& it) {
         it.daemon->ports.front().use = "borrowed";
         it.daemon->ports.front().inhibited = true;
         it.processes.running.insert("ModemManager");
     },
     note, "port-inhibited", "/dev/ttyUSB0", "ModemManager does not use it while bgs2d has it", "nothing"},
    {"open in ModemManager, which is reported once",
     [](SystemSnapshot& it) {
         it.daemon->ports.front().use = "borrowed";
         it.daemon->ports.front().inhibited = true;
         held(it, "/dev/ttyUSB0", 412, "ModemManager");
     },
     warning, "port-shared", "/dev/ttyUSB0", "ModemManager (pid 412)", "ID_MM_PORT_IGNORE"},
    {"not kept from brltty",
     [](SystemSnapshot& it) {
         it.nodes.front().usb_vendor = "1a86";
         it.nodes.front().usb_product = "7523";
         it.processes.running.insert("brltty");
     },
     warning, "port-not-kept-from-brltty", "/dev/ttyUSB0", "brltty is running", "disable --now brltty"},
    {"an adapter that is not configured, beside a modem",
     [](SystemSnapshot& it) { add_port(it, "ignored", ignored); }, note, "port-not-nominated", "/dev/ttyUSB1",
     ignored,
     "bgs2ctl reload' and 'udevadm trigger --subsystem-match=tty':\n    [[port]]\n    property = { "
     "ID_VENDOR_ID = \"0403\", ID_MODEL_ID = \"6015\", "
     "ID_SERIAL_SHORT = \"A61\" }\n"},
    {"an adapter that is not configured, and no modem",
     [](SystemSnapshot& it) {
         without_modem(it);
         add_port(it, "ignored", ignored);
     },
     warning, "port-not-nominated", "/dev/ttyUSB1", ignored,
     "\n    SUBSYSTEM==\"tty\", ENV{ID_VENDOR_ID}==\"0403\", ENV{ID_MODEL_ID}==\"6015\", "
     "ENV{ID_SERIAL_SHORT}==\"A61\", ENV{BGS2D_PORT}=\"1\""},
    {"nothing at all", without_modem, warning, "no-modem", "", "no serial port is named", "dmesg"},
    {"no permission while bgs2d is not running",
     [](SystemSnapshot& it) {
         without_daemon(it);
         it.nodes.front().usb_vendor = "1e2d";
         it.nodes.front().usb_product = "0058";
         it.nodes.front().group = "plugdev";
     },
     error, "port-denied", "/dev/ttyUSB0", "'plugdev', the mode 0660", "GROUP=\"dialout\""},
    {"no permission for another device of the same vendor while bgs2d is not running",
     [](SystemSnapshot& it) {
         without_daemon(it);
         it.nodes.front().usb_vendor = "0681"; // a KNX interface
         it.nodes.front().usb_product = "0014";
         it.nodes.front().group = "plugdev";
     },
     warning, "port-denied", "/dev/ttyUSB0", "'plugdev', the mode 0660", "GROUP=\"dialout\""},
    {"another device's port without permission while bgs2d is not running",
     [](SystemSnapshot& it) {
         without_daemon(it);
         it.nodes.front().mode = 0640;
     },
     warning, "port-denied", "/dev/ttyUSB0", "'dialout', the mode 0640", "MODE=\"0660\""},
    {"held while bgs2d is not running",
     [](SystemSnapshot& it) {
         without_daemon(it);
         held(it, "/dev/ttyUSB0", 412, "ModemManager");
     },
     warning, "port-held", "/dev/ttyUSB0", "ModemManager (pid 412)", "ID_MM_PORT_IGNORE"},
    {"processes that cannot be inspected", [](SystemSnapshot& it) { it.processes.hidden = 31; }, note,
     "processes-not-seen", "", "cannot inspect 31 processes", "sudo bgs2ctl doctor"},
};

TEST(PortDiagnosis, FindsNoProblemsOnAHealthyGateway) {
    EXPECT_THAT(diagnose_ports(healthy()), IsEmpty());
}

TEST(PortDiagnosis, ReportsEachProblemAndNoOther) {
    for (const test::DiagnosticCase& each : port_diagnosis_cases) {
        SCOPED_TRACE(each.name);
        SystemSnapshot snapshot = healthy();
        each.change(snapshot);
        test::expect_only(each, diagnose_ports(snapshot));
    }
}

TEST(PortDiagnosis, IgnoresUartsIfThereIsAModem) {
    SystemSnapshot snapshot = healthy();
    add_uart(snapshot, false);
    EXPECT_THAT(diagnose_ports(snapshot), IsEmpty());
}

TEST(PortDiagnosis, ReportsUartsIfThereIsNoModem) {
    SystemSnapshot snapshot = healthy();
    without_modem(snapshot);
    add_uart(snapshot, false);
    const auto diagnostics = diagnose_ports(snapshot);
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(diagnostics[0].id, "port-not-nominated");
    EXPECT_EQ(diagnostics[0].severity, note);
    EXPECT_THAT(diagnostics[0].hint, AllOf(HasSubstr("\n    [[port]]\n    "), Not(HasSubstr("BGS2D_PORT"))));
    EXPECT_EQ(diagnostics[1].id, "no-modem");
}

TEST(PortDiagnosis, IgnoresConsolesMissingUartsAndVirtualConsoles) {
    for (const char* device : {"/dev/ttyS1", "/dev/ttyS9", "/dev/tty1"}) {
        SystemSnapshot snapshot = healthy();
        without_modem(snapshot);
        add_uart(snapshot, true);
        snapshot.daemon->ports.front().device = device; // only the first has hardware
        const auto diagnostics = diagnose_ports(snapshot);
        ASSERT_EQ(diagnostics.size(), 1U) << device;
        EXPECT_EQ(diagnostics[0].id, "no-modem");
    }
}

TEST(PortDiagnosis, ReportsAnExcludedPortOnlyIfThereIsNoModem) {
    constexpr auto kept_away = "a udev rule excludes it";
    SystemSnapshot snapshot = healthy();
    add_port(snapshot, "ignored", kept_away, "excluded");
    EXPECT_THAT(diagnose_ports(snapshot), IsEmpty());
    without_modem(snapshot);
    add_port(snapshot, "ignored", kept_away, "excluded");
    const auto diagnostics = diagnose_ports(snapshot);
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(diagnostics[0].id, "port-kept-away");
    EXPECT_EQ(diagnostics[0].message, kept_away);
    EXPECT_THAT(diagnostics[0].hint, Not(HasSubstr("[[port]]")));
    EXPECT_EQ(diagnostics[1].id, "no-modem");
}

TEST(PortDiagnosis, WarnsOfAModemWhosePortsTheUdevRuleNoLongerNames) {
    SystemSnapshot snapshot = healthy();
    for (const char* interface : {"00", "02"}) {
        Port port = usb_port(std::string("/dev/ttyACM") + interface[1], "ignored", ignored);
        port.properties["ID_VENDOR_ID"] = "1e2d";
        port.properties["ID_MODEL_ID"] = "0059";
        port.properties["ID_SERIAL_SHORT"] = "BGS5";
        port.properties["ID_USB_INTERFACE_NUM"] = interface;
        snapshot.daemon->ports.push_back(port);
    }
    const auto diagnostics = diagnose_ports(snapshot);
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(diagnostics[1].id, "port-not-nominated");
    EXPECT_EQ(diagnostics[1].severity, warning);
    EXPECT_EQ(diagnostics[1].subject, "/dev/ttyACM2");
    EXPECT_THAT(diagnostics[1].message, HasSubstr("its AT port is not known"));
    EXPECT_THAT(diagnostics[1].hint,
                AllOf(HasSubstr("the AT port of a modem, and no diagnostics or GPS port"),
                      HasSubstr("[[port]]\n    property = { ID_VENDOR_ID = \"1e2d\""),
                      HasSubstr("ID_USB_INTERFACE_NUM = \"02\" }")));

    snapshot.daemon->ports.back().state = "modem";
    const auto notes = diagnose_ports(snapshot);
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_EQ(notes[0].severity, note) << "its owner has named the other port";
}

TEST(PortDiagnosis, SuspectsBrlttyIfThereIsNoAdapter) {
    SystemSnapshot snapshot = healthy();
    without_modem(snapshot);
    snapshot.processes.running.insert("brltty");
    const auto diagnostics = diagnose_ports(snapshot);
    ASSERT_EQ(diagnostics.size(), 2U);
    EXPECT_EQ(diagnostics[0].id, "brltty-runs");
    EXPECT_EQ(diagnostics[0].severity, note);
}

TEST(PortDiagnosis, AcceptsThatAnotherProgramUsesAReleasedPort) {
    SystemSnapshot snapshot = healthy();
    held(snapshot, "/dev/ttyUSB0", 812, "pppd");
    held(snapshot, "/dev/ttyUSB0", 412, "ModemManager");
    EXPECT_THAT(diagnose_ports(snapshot), IsEmpty());
}

TEST(PortDiagnosis, IgnoresProgramsThatUseNoPort) {
    SystemSnapshot snapshot = healthy();
    snapshot.processes.running.insert("ModemManager");
    snapshot.processes.running.insert("brltty");
    EXPECT_THAT(diagnose_ports(snapshot), IsEmpty());
}

} // namespace
} // namespace bgs2::cli
