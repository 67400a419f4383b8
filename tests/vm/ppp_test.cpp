// SPDX-License-Identifier: Apache-2.0
// bgs2d and pppd at the same port.
#include "tests/vm/gateway.h"
#include "tests/vm/uplink.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <string_view>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view uplink_named = "[[port]]\ndevice = \"/dev/ttyACM0\"\n";

// As bgs2d.policy(5) has it.
constexpr std::string_view polkit_rule = R"(polkit.addRule(function(action, subject) {
    if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "bgs2d" &&
        action.lookup("unit") == "gprs.service" &&
        ["start", "stop"].indexOf(action.lookup("verb")) >= 0)
        return polkit.Result.YES;
});
)";

class Ppp : public Gateway {
  protected:
    /// Installs the CA, and starts gprs.service. `port` are the lines of [port] in the policy.
    void provision_and_connect(std::string_view port, const std::string& modem_arguments = {}) {
        configure(uplink_named);
        machine.write("/etc/bgs2d/certs/ca.pem", authority().certificate_pem());
        machine.write("/etc/bgs2d/policy.d/50-all.toml",
                      fmt::format("[port]\nsettle = \"0ms\"\n{}[[slot]]\nindex = 1\n"
                                  "certificate = \"/etc/bgs2d/certs/ca.pem\"\n",
                                  port));
        uplink.install(modem_arguments);
        machine.output_of("systemctl start bgs2d");
        ASSERT_TRUE(becomes("compliant"));
        ASSERT_TRUE(machine.eventually(fmt::format("bgs2ctl wait --port {} --released", Uplink::port)));
        uplink.start();
        ASSERT_TRUE(uplink.carries_a_ping());
        ASSERT_EQ(uplink.calls(), 1);
    }

    void let_bgs2d_manage_the_unit() {
        machine.output_of(
            fmt::format("cat >/etc/polkit-1/rules.d/50-gprs.rules <<'END'\n{}END\n", polkit_rule));
    }

    void renew() { machine.write("/etc/bgs2d/certs/ca.pem", renewed_.certificate_pem()); }

    /// Waits until the renewed certificate is in the modem; false: timeout.
    bool is_renewed() {
        return machine.eventually(
            fmt::format("test \"$(bgs2ctl show {} --json | jq --raw-output '.state, (.slots[] | "
                        "select(.slot == 1) | .thumbprint)' | xargs)\" = 'compliant {}'",
                        first_imei, thumbprint_of(renewed_)),
            std::chrono::seconds(120));
    }

    /// Seconds since the epoch of the first line with `text` in the modem's log after its last call.
    double time_after_the_call(std::string_view text) {
        return std::stod(machine.output_of(fmt::format(
            "date --date \"$(awk '/data-mode ends/ {{ found = \"\" }} /{}/ && !found {{ found = $1 }} "
            "END {{ print found }}' /run/modem.log)\" +%s.%N",
            text)));
    }

    /// A restart would hide that the unit is started without one.
    void prevent_restarts_of_bgs2d() {
        machine.write("/run/systemd/system/bgs2d.service.d/restart.conf", "[Service]\nRestart=no\n");
        machine.output_of("systemctl daemon-reload");
    }

    Uplink uplink{machine};

  private:
    Identity renewed_ =
        Identity::make({.common_name = "Renewed CA", .algorithm = Algorithm::rsa2048, .ca = true});
};

TEST_F(Ppp, ConnectsThroughTheModemAgainAndAgainWithoutBgs2d) {
    uplink.install();
    for (int i = 1; i <= 3; ++i) {
        SCOPED_TRACE(i);
        uplink.start();
        ASSERT_TRUE(uplink.carries_a_ping());
        EXPECT_EQ(machine.output_of("test -e /run/lock/LCK..ttyACM0 && echo locked"), "locked\n");
        EXPECT_EQ(uplink.calls(), i);
        uplink.stop();
        EXPECT_FALSE(machine.run(fmt::format("ping -c 1 -W 1 {}", Uplink::address)).exit == 0);
        ASSERT_TRUE(machine.eventually("tail --lines 3 /run/modem.log | grep 'data-mode ends: NO CARRIER'"));
        EXPECT_THAT(uplink.log_of_call(), HasSubstr(", 0 commands"));
    }
    EXPECT_EQ(main_process(), "0\n");
}

TEST_F(Ppp, ReceivesNoByteOfBgs2dUntilItsUnitIsStopped) {
    provision_and_connect("");
    EXPECT_EQ(property("PortUse"), "released\n");

    renew();
    ASSERT_TRUE(becomes("waiting"));
    EXPECT_THAT(property("PortHolder"), StartsWith("pppd ("));
    EXPECT_EQ(property("PortUse"), "waiting\n");
    EXPECT_THAT(property("Reason"), HasSubstr("pppd ("));
    machine.run("timeout 5 bgs2ctl refresh");
    EXPECT_TRUE(uplink.carries_a_ping());
    EXPECT_THAT(uplink.log_of_call(), Not(HasSubstr("command")));
    EXPECT_THAT(uplink.log_of_call(), Not(HasSubstr("stray")));
    EXPECT_THAT(uplink.log_of_call(), Not(HasSubstr("data-mode ends")));

    const double stopped = std::stod(machine.output_of("systemctl stop gprs.service && date +%s.%N"));
    ASSERT_TRUE(is_renewed());
    const double first_byte = time_after_the_call("command AT") - stopped;
    fmt::print("from the end of gprs.service to the first command: {:.3f} s\n", first_byte);
    EXPECT_LT(first_byte, 5) << "the goal is 1 s on a gateway; this machine is emulated";
    EXPECT_THAT(uplink.log_of_call(), HasSubstr(", 0 commands"));

    ASSERT_TRUE(machine.eventually("test ! -e /run/lock/LCK..ttyACM0"));
    uplink.start();
    EXPECT_TRUE(uplink.carries_a_ping());
}

TEST_F(Ppp, UnitMayBeStoppedAndStartedByBgs2dAndNoOtherUnit) {
    uplink.install();
    const std::string as_bgs2d = "runuser -u bgs2d -- systemctl --no-ask-password ";
    EXPECT_NE(machine.run(as_bgs2d + "start gprs.service").exit, 0) << "no rule permits it yet";
    let_bgs2d_manage_the_unit();
    EXPECT_TRUE(machine.eventually(as_bgs2d + "start gprs.service")); // polkit reads its rules again
    EXPECT_TRUE(uplink.carries_a_ping());
    EXPECT_EQ(machine.run(as_bgs2d + "stop gprs.service").exit, 0);
    EXPECT_NE(machine.run(as_bgs2d + "restart gprs.service").exit, 0);
    EXPECT_NE(machine.run(as_bgs2d + "stop modem.service").exit, 0);
    EXPECT_EQ(machine.run("systemctl is-active modem.service").output, "active\n");
}

TEST_F(Ppp, IsInterruptedForAWriteOnlyAndConnectedAgain) {
    let_bgs2d_manage_the_unit();
    provision_and_connect("borrow-from = [\"gprs.service\"]\n");
    machine.run("timeout 5 bgs2ctl refresh");
    EXPECT_EQ(uplink.calls(), 1) << "interrupted for a check";

    uplink.watch();
    renew();
    ASSERT_TRUE(is_renewed());
    const double write = time_after_the_call("slot is_cert 1 written") - time_after_the_call("command AT");
    ASSERT_TRUE(uplink.carries_a_ping());
    machine.output_of("systemctl stop watch-uplink");
    EXPECT_EQ(uplink.calls(), 2);
    EXPECT_EQ(machine.output_of("systemctl show --property NRestarts --value gprs.service"), "0\n");
    EXPECT_EQ(machine.output_of("ls /run/bgs2d/borrowed 2>/dev/null || true"), "");
    EXPECT_THAT(uplink.modem_log(), Not(HasSubstr("stray")));

    const double gap = uplink.longest_gap();
    fmt::print("the uplink was interrupted for {:.1f} s, {:.1f} s of which were identification and write\n",
               gap, write);
    EXPECT_LT(gap, write + 30) << "the goal is 3 s on a gateway; this machine is emulated";
}

TEST_F(Ppp, KeepsOffThePortWhileBgs2dWrites) {
    configure(uplink_named);
    write_policy();
    uplink.install("--baud 2400");
    machine.output_of("systemctl start bgs2d");
    ASSERT_TRUE(machine.eventually("tail --lines 1 /run/modem.log | grep 'SECURE CMD READY'"));
    EXPECT_THAT(machine.run("pppd call gprs").output, HasSubstr("locked by pid"));
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(uplink.calls(), 0);
    EXPECT_THAT(uplink.modem_log(), Not(HasSubstr("refused")));
}

TEST_F(Ppp, RunsAgainIfBgs2dIsKilledWhileItHasThePort) {
    let_bgs2d_manage_the_unit();
    provision_and_connect("borrow-from = [\"gprs.service\"]\n", "--baud 1200 --frame-timeout 2");
    prevent_restarts_of_bgs2d();

    renew();
    ASSERT_TRUE(machine.eventually("tail --lines 1 /run/modem.log | grep 'SECURE CMD READY'"));
    EXPECT_EQ(machine.output_of("systemctl is-active gprs.service || true"), "inactive\n");
    machine.output_of("systemctl kill --signal SIGKILL bgs2d");
    EXPECT_TRUE(machine.eventually("systemctl is-active gprs.service"));
    EXPECT_TRUE(uplink.carries_a_ping(std::chrono::seconds(120)));
    EXPECT_EQ(main_process(), "0\n");

    machine.output_of("systemctl start bgs2d");
    ASSERT_TRUE(is_renewed());
    EXPECT_TRUE(machine.eventually("systemctl is-active gprs.service"));
    EXPECT_TRUE(uplink.carries_a_ping());
}

TEST(PppAtBoot, StartsAfterProvisioning) {
    const Identity authority =
        Identity::make({.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true});
    Machine machine(
        Machine::Start::boot,
        {{"etc/bgs2d/bgs2d.toml", "[[port]]\ndevice = \"/dev/ttyS1\"\n"},
         {"etc/bgs2d/ca.pem", authority.certificate_pem()},
         {"etc/bgs2d/policy.d/50-all.toml", "[[slot]]\nindex = 1\ncertificate = \"/etc/bgs2d/ca.pem\"\n"},
         {"etc/ppp/peers/gprs", gprs_peer("/dev/ttyS1")},
         {"etc/chatscripts/gprs-modem", gprs_chat()},
         {"etc/systemd/system/gprs.service",
          gprs_service("ExecStartPre=/usr/bin/bgs2ctl wait --port /dev/ttyS1 --released\n")},
         {"etc/udev/rules.d/80-gprs.rules",
          "KERNEL==\"ttyS1\", TAG+=\"systemd\", ENV{SYSTEMD_WANTS}+=\"gprs.service\"\n"}});
    EXPECT_TRUE(machine.eventually("systemctl show --property ActiveState gprs.service | grep =activating"));
    // This side of the line is on the host, which may have no PPP: the call is enough.
    machine.plug(uart, {"--peer", "cat"});
    ASSERT_TRUE(
        machine.eventually("journalctl --unit gprs.service | grep --quiet 'Serial connection established'"));
    const std::string log = machine.modem_log(uart);
    EXPECT_LT(log.find("slot is_cert 1 written"), log.find("command ATD")) << log;
}

} // namespace
} // namespace bgs2::test
