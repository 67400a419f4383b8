// SPDX-License-Identifier: Apache-2.0
// Access to the bus with the shipped configuration, and bgs2ctl with a running daemon.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

struct AccessOutcome {
    int exit = -1;
    std::string output; ///< including standard error
};

AccessOutcome run(const Gateway& gateway, const std::vector<std::string>& command) {
    const std::string output = gateway.path("command.out");
    std::filesystem::remove(output);
    Process process(command,
                    {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()}, .output = output});
    const auto exit = process.wait(30s);
    std::ifstream stream(output, std::ios::binary);
    return {.exit = exit.value_or(-1), .output = {std::istreambuf_iterator(stream), {}}};
}

AccessOutcome bgs2ctl(const Gateway& gateway, const std::vector<std::string>& arguments,
                      bool as_nobody = false) {
    std::vector<std::string> command{BGS2CTL};
    if (as_nobody)
        command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BGS2CTL};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(gateway, command);
}

class OnACompliantModem : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", ca_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    }
    Gateway gateway_;
};

TEST_F(OnACompliantModem, AnyUserMayRead) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "SKIPPED: running as another user requires root";
    for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{
             {"list"}, {"show"}, {"ports"}, {"policy", "show"}, {"policy", "explain"}}) {
        const AccessOutcome outcome = bgs2ctl(gateway_, verb, true);
        EXPECT_EQ(outcome.exit, 0) << verb.back() << ": " << outcome.output;
    }
}

TEST_F(OnACompliantModem, AnUnprivilegedUserIsDeniedAndNothingIsWritten) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "SKIPPED: running as another user requires root";
    for (const char* verb : {"provision", "refresh", "reload", "rescan"}) {
        const AccessOutcome outcome = bgs2ctl(gateway_, {verb}, true);
        EXPECT_EQ(outcome.exit, 4) << verb << ": " << outcome.output;
        EXPECT_THAT(outcome.output, HasSubstr("the group bgs2d"));
    }
    EXPECT_EQ(gateway_.frames("modem"), 1U);
}

TEST_F(OnACompliantModem, Bgs2ctlShowsTheModemAsTextAndJson) {
    const AccessOutcome list = bgs2ctl(gateway_, {});
    EXPECT_EQ(list.exit, 0) << list.output;
    EXPECT_THAT(list.output, HasSubstr(default_imei));
    EXPECT_THAT(list.output, HasSubstr("compliant"));
    const AccessOutcome show = bgs2ctl(gateway_, {"show", "809", "--json"});
    EXPECT_EQ(show.exit, 0) << show.output;
    EXPECT_THAT(show.output, HasSubstr(certificate_authority().certificate().fingerprint()));
    EXPECT_EQ(bgs2ctl(gateway_, {"show", "000"}).exit, 3);
    EXPECT_EQ(bgs2ctl(gateway_, {"shwo"}).exit, 2);
}

TEST_F(OnACompliantModem, Bgs2ctlWaitsForTheEndOfAJob) {
    const AccessOutcome outcome = bgs2ctl(gateway_, {"provision", default_imei});
    EXPECT_EQ(outcome.exit, 0) << outcome.output;
    EXPECT_EQ(gateway_.frames("modem"), 1U) << "there was nothing to write";
    EXPECT_EQ(bgs2ctl(gateway_, {"refresh"}).exit, 0);
}

TEST_F(OnACompliantModem, ADryRunExitsWithNineIfChangesArePending) {
    const AccessOutcome nothing = bgs2ctl(gateway_, {"provision", "--dry-run"});
    EXPECT_EQ(nothing.exit, 0);
    EXPECT_EQ(nothing.output,
              std::string(default_imei) + ": nothing to do: the modem complies with policy '10-ca'\n");
    gateway_.write_policy("10-ca", "[provision]\nmode = \"manual\"\n" + client_policy(gateway_));
    gateway_.reload();
    ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    const AccessOutcome outcome = bgs2ctl(gateway_, {"provision", "--dry-run"});
    EXPECT_EQ(outcome.exit, 9) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(": 1 slot to change for policy '10-ca'; nothing was changed\n"));
    EXPECT_THAT(outcome.output, HasSubstr("slot 0 is empty"));
    const AccessOutcome json = bgs2ctl(gateway_, {"provision", "--dry-run", "--json"});
    EXPECT_EQ(json.exit, 9) << json.output;
    EXPECT_THAT(json.output, HasSubstr(R"({"action":"write","store":"is_cert","slot":0,"bytes":)"));
    EXPECT_THAT(json.output, HasSubstr(R"("reason":"slot 0 is empty"})"));
    EXPECT_EQ(gateway_.frames("modem"), 1U);
    EXPECT_EQ(gateway_.property("State"), "drifted");
}

TEST_F(OnACompliantModem, AFailedJobDeterminesTheExitCode) {
    gateway_.unplug("modem");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.property("State").empty(); }));
    gateway_.plug("modem", {"--fault", "secure-error"});
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    const AccessOutcome outcome = bgs2ctl(gateway_, {"provision"});
    EXPECT_EQ(outcome.exit, 8) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("SECURE CMD ERROR"));
}

TEST_F(OnACompliantModem, Bgs2ctlShowsAndExplainsPolicies) {
    gateway_.write_policy("05-others", "[match]\nimei = \"!" + std::string(default_imei) + "\"\n");
    gateway_.reload();
    const AccessOutcome show = bgs2ctl(gateway_, {"policy", "show", "10-ca"});
    EXPECT_EQ(show.exit, 0) << show.output;
    EXPECT_THAT(show.output, HasSubstr("Slot 1:  " + gateway_.path("ca.pem")));
    EXPECT_THAT(show.output, Not(HasSubstr("05-others")));
    EXPECT_EQ(bgs2ctl(gateway_, {"policy", "show", "11-ca"}).exit, 3);
    const AccessOutcome explain = bgs2ctl(gateway_, {"policy", "explain", "809"});
    EXPECT_EQ(explain.exit, 0) << explain.output;
    EXPECT_THAT(explain.output, HasSubstr(std::string(default_imei) + ": policy '10-ca' applies\n"));
    EXPECT_THAT(explain.output, HasSubstr("05-others.toml:2 "));
    EXPECT_THAT(explain.output, HasSubstr("is excluded by"));
    EXPECT_EQ(bgs2ctl(gateway_, {"policy", "explain", "000"}).exit, 3);
}

TEST_F(OnACompliantModem, ReloadAndPolicyReloadAreEquivalent) {
    gateway_.write_policy("05-broken", "[match\n");
    const AccessOutcome one = bgs2ctl(gateway_, {"reload"});
    const AccessOutcome other = bgs2ctl(gateway_, {"policy", "reload"});
    EXPECT_EQ(one.exit, 1) << one.output;
    EXPECT_EQ(other.exit, 1) << other.output;
    EXPECT_EQ(one.output, other.output);
    EXPECT_THAT(one.output, HasSubstr("1 error in the configuration or the policies"));
}

TEST_F(OnACompliantModem, TheTreeAndTheInterfacesCanBeIntrospected) {
    const AccessOutcome tree =
        run(gateway_, {"busctl", "--address=" + gateway_.bus_address(), "tree", "--list", "io.bgs2d1"});
    EXPECT_EQ(tree.exit, 0) << tree.output;
    EXPECT_THAT(tree.output, HasSubstr("/io/bgs2d1/modem/" + std::string(default_imei)));
    const AccessOutcome state =
        run(gateway_, {"busctl", "--address=" + gateway_.bus_address(), "get-property", "io.bgs2d1",
                       "/io/bgs2d1/modem/" + std::string(default_imei), "io.bgs2d1.Modem", "State"});
    EXPECT_EQ(state.output, "s \"compliant\"\n");
}

} // namespace
} // namespace bgs2::test
