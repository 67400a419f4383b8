// SPDX-License-Identifier: Apache-2.0
// Findings of 'bgs2ctl doctor' about a gateway.
#include "tests/integration/certificates.h"
#include "tests/integration/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

struct DoctorOutcome {
    int exit = -1;
    std::string output; ///< including standard error
};

DoctorOutcome doctor(const Gateway& gateway, const std::vector<std::string>& arguments = {},
                     bool as_nobody = false) {
    const std::string output = gateway.path("doctor.out");
    std::filesystem::remove(output);
    std::vector<std::string> command{BGS2CTL, "doctor"};
    if (as_nobody)
        command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BGS2CTL, "doctor"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process process(command,
                    {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()}, .output = output});
    const auto exit = process.wait(30s);
    std::ifstream stream(output, std::ios::binary);
    return {.exit = exit.value_or(-1), .output = {std::istreambuf_iterator(stream), {}}};
}

/// The finding of this kind; null: none.
Json found(const Gateway& gateway, const std::string& id) {
    const DoctorOutcome outcome = doctor(gateway, {"--json"});
    for (const Json& diagnostic : Json::parse(outcome.output)) {
        if (diagnostic.at("id") == id)
            return diagnostic;
    }
    ADD_FAILURE() << id << " is not among " << outcome.output;
    return {{"severity", ""}, {"id", ""}, {"subject", ""}, {"message", ""}, {"hint", ""}};
}

Identity expired_ca() {
    IdentityRequest request;
    request.common_name = "Old CA";
    request.algorithm = Algorithm::rsa2048;
    request.not_after = std::chrono::sys_days(2024y / 1 / 1);
    request.ca = true;
    return Identity::make(request);
}

std::string text(const Json& diagnostic, const char* key) {
    return diagnostic.at(key);
}

class Doctor : public testing::Test {
  protected:
    /// Waits until the port of the modem is in this state; false: timeout.
    bool port_becomes(std::string_view state) {
        return gateway_.eventually([&] { return gateway_.port_state("modem") == state; });
    }

    Gateway gateway_;
};

TEST_F(Doctor, ReportsThatThereAreNoProblems) {
    gateway_.write_policy("10-client", client_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const DoctorOutcome outcome = doctor(gateway_);
    EXPECT_EQ(outcome.exit, 0);
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("no problems found: 1 modem compliant, 1 policy\n"),
                                      Not(HasSubstr("error:")), Not(HasSubstr("warning:"))));
}

TEST_F(Doctor, WorksForAnyUserAndReportsUninspectedProcesses) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "SKIPPED: running as another user requires root";
    gateway_.write_policy("10-client", client_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const DoctorOutcome outcome = doctor(gateway_, {}, true);
    EXPECT_EQ(outcome.exit, 0);
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("cannot inspect "), HasSubstr("no problems found: 1 modem compliant")));
}

TEST_F(Doctor, ReportsThatTheDaemonIsNotRunning) {
    const Json diagnostic = found(gateway_, "daemon-not-running");
    EXPECT_EQ(text(diagnostic, "severity"), "error");
    EXPECT_EQ(text(diagnostic, "subject"), "bgs2d");
    const DoctorOutcome outcome = doctor(gateway_);
    EXPECT_EQ(outcome.exit, 1);
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("error: bgs2d: bgs2d is not running\n  "), HasSubstr("\n1 error")));
}

TEST_F(Doctor, ReportsAnUnreachableBus) {
    gateway_.stop_bus();
    EXPECT_EQ(text(found(gateway_, "bus-not-reached"), "severity"), "error");
    EXPECT_EQ(doctor(gateway_).exit, 1);
}

TEST_F(Doctor, NamesTheProcessThatHoldsAPort) {
    gateway_.plug("modem");
    ASSERT_TRUE(
        gateway_.eventually([&] { return gateway_.modem_log("modem").find("link ") != std::string::npos; }));
    const Process holder(
        {"flock", "--no-fork", gateway_.path("modem"), "sh", "-c", "echo held; exec tail -f /dev/null"},
        {.environment = {}, .output = gateway_.path("holder.log")});
    ASSERT_TRUE(gateway_.eventually([&] {
        return std::filesystem::exists(gateway_.path("holder.log")) &&
               std::filesystem::file_size(gateway_.path("holder.log")) > 0;
    }));
    gateway_.start();
    ASSERT_TRUE(port_becomes("waiting")) << gateway_.log();
    const Json diagnostic = found(gateway_, "port-waiting");
    EXPECT_EQ(text(diagnostic, "severity"), "note");
    EXPECT_EQ(text(diagnostic, "subject"), gateway_.path("modem"));
    EXPECT_THAT(text(diagnostic, "message"), HasSubstr("(pid " + std::to_string(holder.pid())));
    EXPECT_THAT(text(diagnostic, "message"), Not(HasSubstr("bgs2sim"))) << "which is the modem";
    EXPECT_THAT(text(diagnostic, "hint"), HasSubstr("borrow-from"));
}

TEST(DoctorOfUnits, ReportsThatPolkitDoesNotPermitAUnitOfBorrowFrom) {
    if (const char* reason = why_not(Authorities::polkit))
        GTEST_SKIP() << reason;
    if (!std::filesystem::exists("/usr/share/polkit-1/actions/org.freedesktop.systemd1.policy"))
        GTEST_SKIP() << "SKIPPED: systemd's actions of polkit are not installed";
    Gateway gateway({"modem"}, Authorities::polkit);
    gateway.write_policy("10-ca", "[port]\nborrow-from = [\"gprs.service\"]\n" + ca_policy(gateway));
    gateway.start();
    const Json diagnostic = found(gateway, "unit-not-permitted");
    EXPECT_EQ(text(diagnostic, "severity"), "error");
    EXPECT_EQ(text(diagnostic, "subject"), "gprs.service");
    EXPECT_THAT(text(diagnostic, "hint"), HasSubstr("/etc/polkit-1/rules.d/50-bgs2d-units.rules"));
    EXPECT_THAT(doctor(gateway).output, Not(HasSubstr("units that no policy names")));
}

TEST_F(Doctor, SuggestsChecksForASilentPort) {
    gateway_.start();
    gateway_.plug("modem", {"--fault", "silence"});
    ASSERT_TRUE(port_becomes("silent")) << gateway_.log();
    const Json diagnostic = found(gateway_, "port-silent");
    EXPECT_EQ(text(diagnostic, "severity"), "error");
    EXPECT_THAT(text(diagnostic, "hint"), AllOf(HasSubstr("baud rate"), HasSubstr("RTS")));
}

TEST_F(Doctor, ReportsAPortThatIsNotAModem) {
    gateway_.start();
    gateway_.plug("modem", {"--fault", "identity:quectel"});
    ASSERT_TRUE(port_becomes("not-a-modem")) << gateway_.log();
    const Json diagnostic = found(gateway_, "port-not-a-modem");
    EXPECT_EQ(text(diagnostic, "severity"), "warning");
    EXPECT_THAT(text(diagnostic, "message"), HasSubstr("Quectel"));
}

TEST_F(Doctor, ReportsAnAbsentPort) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    EXPECT_EQ(text(found(gateway_, "port-absent"), "severity"), "note");
    EXPECT_EQ(text(found(gateway_, "no-modem"), "severity"), "warning");
    EXPECT_EQ(doctor(gateway_).exit, 0);
}

TEST_F(Doctor, NamesTheStoresThatAFirmwareWithoutIsCertKnows) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem", {"--fault", "no-is-cert"});
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    const Json diagnostic = found(gateway_, "modem-blocked");
    EXPECT_EQ(text(diagnostic, "subject"), default_imei);
    EXPECT_THAT(text(diagnostic, "message"), HasSubstr("'is_cert'"));
    EXPECT_THAT(text(diagnostic, "hint"), HasSubstr("its firmware knows only agps, ciphersuites"));
}

TEST_F(Doctor, ReportsAMissingPolicyAndAnUnmanagedModem) {
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("unmanaged")) << gateway_.log();
    EXPECT_EQ(text(found(gateway_, "no-policy"), "severity"), "error");
    gateway_.write_policy("10-others", "[match]\nmodel = \"EC25\"\n" + ca_policy(gateway_));
    gateway_.reload();
    const Json diagnostic = found(gateway_, "modem-unmanaged");
    EXPECT_EQ(text(diagnostic, "severity"), "warning");
    EXPECT_EQ(text(diagnostic, "subject"), default_imei);
    EXPECT_THAT(text(diagnostic, "hint"), HasSubstr("policy explain"));
    EXPECT_EQ(doctor(gateway_).exit, 0);
}

TEST_F(Doctor, NamesTheInvalidPolicy) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.write_policy("05-broken", "[provision]\nmoed = \"auto\"\n");
    gateway_.start();
    const Json diagnostic = found(gateway_, "policy-broken");
    EXPECT_EQ(text(diagnostic, "subject"), "bgs2d");
    EXPECT_THAT(text(diagnostic, "message"), HasSubstr(gateway_.path("policy.d/05-broken.toml") + ":2:1: "));
    EXPECT_EQ(doctor(gateway_).exit, 1);
}

TEST_F(Doctor, ReportsAnExpiredCertificateOfAPolicy) {
    const Identity expired = expired_ca();
    const std::string file = gateway_.write("old.pem", expired.certificate_pem());
    gateway_.write_policy("10-ca", "[[slot]]\nindex = 1\ncertificate = \"" + file + "\"\n");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    const Json diagnostic = found(gateway_, "modem-blocked");
    EXPECT_THAT(text(diagnostic, "message"), HasSubstr("slot 1"));
    EXPECT_NE(text(diagnostic, "hint"), "");
}

TEST_F(Doctor, ReportsAnExpiredCertificateInAModem) {
    const Identity expired = expired_ca();
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem", {"--slots", slots_file(gateway_, {{"is_cert", 5, expired.certificate_pem()}})});
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const Json diagnostic = found(gateway_, "certificate-expired");
    EXPECT_EQ(text(diagnostic, "severity"), "warning") << "no policy names that slot";
    EXPECT_THAT(text(diagnostic, "message"), AllOf(HasSubstr("slot 5"), HasSubstr("Old CA")));
}

TEST_F(Doctor, PrintsOneLineOfJson) {
    const DoctorOutcome outcome = doctor(gateway_, {"--json"});
    EXPECT_EQ(outcome.exit, 1);
    EXPECT_EQ(outcome.output.find('\n'), outcome.output.size() - 1);
    for (const Json& diagnostic : Json::parse(outcome.output)) {
        for (const char* key : {"severity", "id", "subject", "message", "hint"})
            EXPECT_TRUE(diagnostic.at(key).is_string()) << key;
        EXPECT_EQ(diagnostic.size(), 5U);
    }
}

} // namespace
} // namespace bgs2::test
