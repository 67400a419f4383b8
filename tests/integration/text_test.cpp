// SPDX-License-Identifier: Apache-2.0
// Texts that the bus does not take: names of files, subjects, answers of modems, arguments of callers.
#include "tests/integration/certificates.h"
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* manager = "io.bgs2d1.Manager";
constexpr const char* latin1_policy = "10-caf\xe9";
constexpr const char* noncharacter = "\xef\xbf\xbe"; // U+FFFE

class TextOnTheBus : public testing::Test {
  protected:
    /// Calls what shows something, and expects a valid answer of each.
    void read_everything() {
        std::vector<sdbus::ObjectPath> paths;
        std::vector<Gateway::Dictionary> list;
        std::map<sdbus::ObjectPath, std::map<std::string, Gateway::Dictionary>> objects;
        auto& daemon = gateway_.manager();
        daemon.callMethod("ListModems").onInterface(manager).storeResultsTo(paths);
        daemon.callMethod("ListPorts").onInterface(manager).storeResultsTo(list);
        daemon.callMethod("ListPolicies").onInterface(manager).storeResultsTo(list);
        const Gateway::Dictionary none;
        daemon.callMethod("History").onInterface(manager).withArguments(none).storeResultsTo(list);
        daemon.callMethod("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .storeResultsTo(objects);
        EXPECT_GE(objects.size(), paths.size());
        for (const sdbus::ObjectPath& path : paths) {
            const std::string imei = path.substr(path.rfind('/') + 1);
            daemon.callMethod("ExplainPolicy").onInterface(manager).withArguments(imei).storeResultsTo(list);
            plan(imei);
        }
        for (const auto& [path, interfaces] : objects)
            EXPECT_EQ(run_on_the_bus({"busctl", "introspect", "io.bgs2d1", path}), 0) << path;
        EXPECT_EQ(run_on_the_bus({"busctl", "introspect", "io.bgs2d1", "/io/bgs2d1"}), 0);
        EXPECT_EQ(gateway_.daemon().wait(0ms), std::nullopt) << "bgs2d ended: " << gateway_.log();
    }

    /// A refusal of the daemon is an answer, too: no policy may match.
    void plan(const std::string& imei) {
        std::vector<Gateway::Dictionary> steps;
        try {
            gateway_.modem(imei)
                ->callMethod("Plan")
                .onInterface("io.bgs2d1.Modem")
                .withArguments(Gateway::Dictionary{})
                .storeResultsTo(steps);
        } catch (const sdbus::Error& e) {
            EXPECT_THAT(e.getName(), StartsWith("io.bgs2d1.Error."));
        }
    }

    /// The exit code; what the program prints is in path("output").
    std::optional<int> run_on_the_bus(const std::vector<std::string>& command) {
        Process program(
            command, {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address(), "LC_ALL=C.UTF-8"},
                      .output = gateway_.path("output")});
        return program.wait(20s);
    }

    std::vector<std::string> policy_errors() {
        return gateway_.manager()
            .getProperty("PolicyErrors")
            .onInterface(manager)
            .get<std::vector<std::string>>();
    }

    std::vector<std::string> policy_files() {
        std::vector<Gateway::Dictionary> policies;
        gateway_.manager().callMethod("ListPolicies").onInterface(manager).storeResultsTo(policies);
        std::vector<std::string> files;
        for (const auto& policy : policies)
            files.push_back(policy.at("file").get<std::string>());
        return files;
    }

    Gateway gateway_;
};

TEST_F(TextOnTheBus, APolicyFileNamedInLatin1IsShownWithEscapes) {
    gateway_.write_policy(latin1_policy, ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_THAT(policy_files(), Contains(HasSubstr("/10-caf\\xe9.toml")));
    EXPECT_EQ(gateway_.property("Policy"), "10-caf\\xe9");
    read_everything();
}

TEST_F(TextOnTheBus, AnInvalidPolicyFileNamedInLatin1IsReportedAtTheStartAndAtAReload) {
    gateway_.write_policy(latin1_policy, "\"\xe9\xef\xbf\xbe\" = \xff\n");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("unmanaged")) << gateway_.log();
    EXPECT_THAT(policy_errors(), Contains(HasSubstr("/10-caf\\xe9.toml")));
    EXPECT_THAT(gateway_.reload(), Contains(HasSubstr("/10-caf\\xe9.toml")));
    read_everything();
    gateway_.write_policy(latin1_policy, "[match]\nmodel = [\"caf\u00e9 " + std::string(noncharacter) +
                                             "\"]\n" + ca_policy(gateway_));
    EXPECT_TRUE(gateway_.eventually([&] { return policy_errors().empty(); })) << gateway_.log();
    read_everything();
}

TEST_F(TextOnTheBus, ASubjectWithANoncharacterIsShownWithEscapes) {
    const Identity odd = Identity::make({.common_name = "A" + std::string(noncharacter) + "\x1b[2J",
                                         .algorithm = Algorithm::rsa2048,
                                         .ca = true});
    const std::string file = gateway_.write("odd.pem", odd.certificate_pem());
    gateway_.write_policy("10-odd",
                          "[provision]\nrenew-before = \"3650d\"\n[[slot]]\nindex = 1\ncertificate = \"" +
                              file + "\"\n");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const auto slots = gateway_.slots();
    EXPECT_THAT(slots.at(1).at("subject").get<std::string>(), HasSubstr("\\xef\\xbf\\xbe"));
    read_everything();
}

TEST_F(TextOnTheBus, AReasonThatNamesASubjectWithANoncharacterIsShownWithEscapes) {
    const Identity expired =
        Identity::make({.common_name = "A" + std::string(noncharacter),
                        .algorithm = Algorithm::rsa2048,
                        .not_after = std::chrono::sys_days{std::chrono::year{2021} / 1 / 1},
                        .ca = true});
    const std::string file = gateway_.write("expired.pem", expired.certificate_pem());
    gateway_.write_policy("10-expired", "[[slot]]\nindex = 1\ncertificate = \"" + file + "\"\n");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_THAT(gateway_.property("Reason"), HasSubstr("\\xef\\xbf\\xbe"));
    read_everything();
}

TEST_F(TextOnTheBus, OddBytesInTheAnswersOfAModemAreShownWithEscapes) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem",
                  {"--model", "BGS2\xff\x80" + std::string(noncharacter), "--revision", "01\xc0\xaf\x07"});
    EXPECT_TRUE(gateway_.eventually([&] {
        const auto port = gateway_.port("modem");
        return !port.empty() && port.at("reason").get<std::string>().contains("\\xff\\x80\\xef\\xbf\\xbe");
    })) << gateway_.log();
    read_everything();
}

TEST_F(TextOnTheBus, ACallThatSdBusCannotReadIsRefusedAndNothingElseHappens) {
    gateway_.start();
    const std::string text = "string:" + std::string(noncharacter); // libdbus sends it
    const std::vector<std::string> send{"dbus-send", "--bus=" + gateway_.bus_address(), "--print-reply",
                                        "--dest=io.bgs2d1", "/io/bgs2d1"};
    for (const std::vector<std::string>& call : std::vector<std::vector<std::string>>{
             {"io.bgs2d1.Manager.GetModem", text},
             {"io.bgs2d1.Manager.GetModem", "string:caf\u00e9\x1b"},
             {"io.bgs2d1.Manager.GetModem", "uint32:7"},
             {"io.bgs2d1.Manager.GetModem"},
             {"io.bgs2d1.Manager.History", "dict:string:string:" + std::string(noncharacter) + ",a"},
             {"io.bgs2d1.Manager.History", "dict:string:variant:" + std::string(noncharacter) + ",string:a"},
             {"org.freedesktop.DBus.Properties.Get", text, text},
             {"org.freedesktop.DBus.Properties.GetAll", text}}) {
        std::vector<std::string> command = send;
        command.insert(command.end(), call.begin(), call.end());
        EXPECT_EQ(run_on_the_bus(command), 1) << call.back();
    }
    EXPECT_NE(
        run_on_the_bus({"dbus-send", "--bus=" + gateway_.bus_address(), "--type=signal", "--dest=io.bgs2d1",
                        "/io/bgs2d1", "org.freedesktop.DBus.NameOwnerChanged", text}),
        std::nullopt);
    read_everything();
}

} // namespace
} // namespace bgs2::test
