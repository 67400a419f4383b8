// SPDX-License-Identifier: Apache-2.0
// Keys and passphrases reach the modem and nothing else.
#include "daemon/base/immovable.h"
#include "tests/integration/certificates.h"
#include "tests/integration/secret_scan.h"
#include "tests/support/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

constexpr const char* client_passphrase = "Siebzehn Hühner, ein Hahn";
constexpr const char* management_passphrase = "Kein Regen im November";

std::string contents(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

std::filesystem::path of_process(const Process& process, std::string_view name) {
    return fmt::format("/proc/{}/{}", process.pid(), name);
}

SecretScan secrets() {
    SecretScan secret_scan;
    secret_scan.add_key("the client", client().key());
    secret_scan.add_key("the management key", management().key());
    secret_scan.add_text("the client's passphrase", client_passphrase);
    secret_scan.add_text("the management key's passphrase", management_passphrase);
    return secret_scan;
}

/// While this exists, child processes do not have the group of root, if the test runs as root.
class OtherGroup : Immovable {
  public:
    OtherGroup() {
        if (::geteuid() == 0)
            is_set_ = ::setresgid(nogroup, nogroup, 0) == 0;
    }
    ~OtherGroup() {
        if (is_set_ && ::setresgid(0, 0, 0) != 0)
            ADD_FAILURE() << "cannot restore the group of root";
    }

  private:
    static constexpr gid_t nogroup = 65534;
    bool is_set_ = false;
};

/// A modem in secure mode after provisioning with a policy with two passphrases, with a recording of all
/// messages on the bus.
class Secrets : public testing::Test {
  protected:
    void SetUp() override {
        const OtherGroup group;
        monitor_.emplace(
            std::vector<std::string>{"dbus-monitor", "--address", gateway_.bus_address(), "--pcap"},
            Process::Options{.environment = {}, .output = recording_});
        ASSERT_TRUE(gateway_.eventually([&] {
            std::ignore = gateway_.property("State"); // adds messages to the recording
            return contents(recording_).contains("io.bgs2d1");
        })) << "dbus-monitor records nothing";
        write_policy();
        gateway_.start();
        const std::string key = gateway_.write("module.pem", management().public_pem());
        modem_ = &gateway_.plug("modem", {"--secure", key});
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        ask_everything();
    }

    void write_policy() {
        const std::string certificate = gateway_.write("client.pem", client().certificate_pem());
        const std::string key = gateway_.write("client.key", client().encrypted_pem(client_passphrase));
        const std::string passphrase = gateway_.write("client.pass", client_passphrase);
        const std::string sign_key =
            gateway_.write("management.key", management().encrypted_pem(management_passphrase));
        const std::string sign_passphrase =
            gateway_.write("management.pass", std::string(management_passphrase) + "\n");
        gateway_.write_policy("10-client",
                              fmt::format("[provision]\nsign = {{ key = \"{}\", passphrase = \"{}\" }}\n"
                                          "[[slot]]\nindex = 0\ncertificate = \"{}\"\nprivate-key = \"{}\"\n"
                                          "passphrase = \"{}\"\n",
                                          sign_key, sign_passphrase, certificate, key, passphrase));
    }

    /// Calls the methods that return data, for the recording.
    void ask_everything() {
        std::vector<Gateway::Dictionary> answer;
        for (const char* method : {"ListPolicies", "ListPorts"})
            gateway_.manager().callMethod(method).onInterface("io.bgs2d1.Manager").storeResultsTo(answer);
        gateway_.manager()
            .callMethod("ExplainPolicy")
            .onInterface("io.bgs2d1.Manager")
            .withArguments(std::string(default_imei))
            .storeResultsTo(answer);
        gateway_.manager()
            .callMethod("History")
            .onInterface("io.bgs2d1.Manager")
            .withArguments(Gateway::Dictionary{})
            .storeResultsTo(answer);
        Gateway::Dictionary properties;
        gateway_.modem()
            ->callMethod("GetAll")
            .onInterface("org.freedesktop.DBus.Properties")
            .withArguments(std::string("io.bgs2d1.Modem"))
            .storeResultsTo(properties);
    }

    Gateway gateway_;
    std::string recording_ = gateway_.path("bus.pcap");
    std::optional<Process> monitor_;
    Process* modem_ = nullptr;
    SecretScan secret_scan_ = secrets();
};

TEST_F(Secrets, AreAbsentFromLogBusAndHistory) {
    const std::string log = gateway_.log();
    EXPECT_THAT(log, HasSubstr(": compliant: "));
    EXPECT_EQ(secret_scan_.find_in(log), std::nullopt);

    ASSERT_TRUE(gateway_.eventually([&] {
        const std::string recorded = contents(recording_);
        return recorded.contains("ExplainPolicy") && recorded.contains("compliant") &&
               recorded.contains("GetAll");
    }));
    EXPECT_EQ(secret_scan_.find_in(contents(recording_)), std::nullopt);

    std::string history;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(gateway_.path("state"))) {
        if (entry.is_regular_file())
            history += contents(entry.path());
    }
    EXPECT_THAT(history, HasSubstr("compliant"));
    EXPECT_EQ(secret_scan_.find_in(history), std::nullopt);
}

TEST_F(Secrets, AreAbsentFromCommandLineAndEnvironment) {
    const std::string command = contents(of_process(gateway_.daemon(), "cmdline"));
    EXPECT_THAT(command, HasSubstr("--policy-dir"));
    EXPECT_EQ(secret_scan_.find_in(command), std::nullopt);
    // If root cannot read it, no user can.
    EXPECT_EQ(secret_scan_.find_in(contents(of_process(gateway_.daemon(), "environ"))), std::nullopt);
}

TEST_F(Secrets, AreProtectedFromCoreDumpsAndTracing) {
    EXPECT_THAT(contents(of_process(gateway_.daemon(), "limits")),
                ContainsRegex("Max core file size +0 +0 +bytes"));
    // The files in /proc/PID belong to root unless the process is dumpable.
    const auto owner = [](const Process& process) {
        struct stat status{};
        EXPECT_EQ(::stat(of_process(process, "environ").c_str(), &status), 0);
        return std::pair{status.st_uid, status.st_gid};
    };
    const std::pair<uid_t, gid_t> root{0, 0};
    if (owner(*modem_) == root)
        GTEST_SKIP() << "SKIPPED: changing the group requires root";
    EXPECT_EQ(owner(gateway_.daemon()), root);
}

TEST_F(Secrets, WouldBeDetectedByTheScan) {
    // The modem has received the key.
    std::string frames;
    for (const auto& entry : std::filesystem::directory_iterator(gateway_.path("modem.frames")))
        frames += contents(entry.path());
    EXPECT_THAT(secret_scan_.find_in(frames).value_or(""), HasSubstr("the client's"));

    EXPECT_EQ(secret_scan_.find_in("a line, " + contents(gateway_.path("client.pass"))),
              "the client's passphrase");
    EXPECT_EQ(secret_scan_.find_in(contents(gateway_.path("management.pass"))),
              "the management key's passphrase");
    EXPECT_EQ(secret_scan_.find_in(contents(gateway_.path("client.key"))), std::nullopt) << "it is encrypted";
    for (const Identity* identity : {&client(), &management()}) {
        EXPECT_EQ(secret_scan_.find_in(identity->certificate_pem()), std::nullopt)
            << "nothing in it is secret";
        EXPECT_EQ(secret_scan_.find_in(identity->public_pem()), std::nullopt);
        EXPECT_THAT(secret_scan_.find_in(as_text(identity->pkcs8_der())).value_or(""),
                    HasSubstr(" as it is"));
        EXPECT_THAT(secret_scan_.find_in(as_text(identity->traditional_der())).value_or(""),
                    HasSubstr(" as it is"));
        for (const std::string& pem : {identity->pkcs8_pem(), identity->traditional_pem()}) {
            std::istringstream lines(pem);
            std::size_t found = 0;
            for (std::string line; std::getline(lines, line);)
                found += secret_scan_.find_in("key: " + line).has_value() ? 1 : 0;
            EXPECT_GE(found, 10U) << "lines of PEM are found one by one";
        }
    }
}

} // namespace
} // namespace bgs2::test
