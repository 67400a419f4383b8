// SPDX-License-Identifier: Apache-2.0
// bgs2d together with the ModemManager package of the distribution.
#include "tests/vm/gateway.h"
#include "tests/vm/usb_gadget.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <string_view>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The network's side of the call, and the gateway's, as NetworkManager starts it. Both are in one guest.
constexpr auto network = "ip netns exec network pppd notty nodetach noauth nodefaultroute nolock noipv6 novj "
                         "noccp lcp-echo-interval 0 10.64.0.1:10.64.0.2";
constexpr auto link = "systemd-run --quiet --unit=link pppd /dev/ttyACM0 nodetach noauth noipdefault "
                      "nodefaultroute nolock noipv6 novj noccp lcp-echo-interval 0";

class ModemManager : public Gateway {
  protected:
    /// By default, ModemManager ignores generic adapters.
    void enable_adapter_probing() {
        machine.write("/etc/udev/rules.d/75-local.rules",
                      "SUBSYSTEM==\"tty\", SUBSYSTEMS==\"usb\", ENV{ID_MM_DEVICE_PROCESS}=\"1\"\n");
        machine.output_of("udevadm control --reload && systemctl start ModemManager");
    }
    bool shows_a_modem() {
        return machine.eventually("mmcli --list-modems | grep Modem/", std::chrono::seconds(120));
    }
    bool shows_no_modem() { return machine.eventually("mmcli --list-modems | grep 'No modems'"); }
    void keep_the_port() {
        machine.write("/etc/bgs2d/policy.d/50-all.toml",
                      "[port]\nuse = \"keep\"\n" +
                          machine.output_of("tail --lines +2 /etc/bgs2d/policy.d/50-all.toml"));
    }
    /// A property of the port in ListPorts, as JSON.
    std::string port_property(const std::string& device, const std::string& name) {
        return machine.output_of(
            fmt::format("busctl --json=short call io.bgs2d1 /io/bgs2d1 io.bgs2d1.Manager ListPorts | jq "
                        "'.data[0][] | select(.device.data == \"{}\") | .\"{}\".data'",
                        device, name));
    }
};

TEST_F(ModemManager, DoesNotProbeAPortThatALocalRuleKeepsFromIt) {
    machine.write("/etc/udev/rules.d/71-bgs2d-local.rules",
                  "SUBSYSTEM==\"tty\", ENV{BGS2D_PORT}==\"1|configured\", ENV{ID_MM_PORT_IGNORE}=\"1\"\n");
    enable_adapter_probing();
    configure(adapters_named);
    write_policy();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(becomes("compliant"));
    // By now ModemManager has finished with ports that it ignores. AT+GCAP is its first command to others.
    EXPECT_EQ(machine.output_of("udevadm settle && mmcli --list-modems"), "No modems were found\n");
    EXPECT_THAT(machine.modem_log("ADAPTER1"), Not(HasSubstr("command AT+GCAP")));
}

TEST_F(ModemManager, RegainsAPortThatBgs2dKeepsIfTheServiceIsKilled) {
    enable_adapter_probing();
    write_policy();
    keep_the_port();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(shows_a_modem());
    EXPECT_THAT(machine.modem_log("ADAPTER1"), HasSubstr("command AT+GCAP"));

    // Prevents a restart within two seconds.
    machine.write("/run/systemd/system/bgs2d.service.d/restart.conf", "[Service]\nRestart=no\n");
    machine.output_of("systemctl daemon-reload");
    configure(adapters_named);
    machine.output_of("systemctl start bgs2d");
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
    EXPECT_TRUE(shows_no_modem());
    EXPECT_EQ(port_property("/dev/ttyUSB0", "inhibited"), "true\n");

    machine.output_of("systemctl kill --signal SIGKILL bgs2d");
    EXPECT_TRUE(shows_a_modem());
    EXPECT_EQ(main_process(), "0\n");
}

TEST_F(ModemManager, RegainsABorrowedPortWhenTheWorkIsDone) {
    enable_adapter_probing();
    write_policy();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(shows_a_modem());
    configure(adapters_named);
    machine.output_of("systemctl start bgs2d");
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_TRUE(shows_a_modem());
    EXPECT_EQ(property("State"), "compliant\n") << "while ModemManager has the modem";
    EXPECT_EQ(property("PortUse"), "released\n");
}

/// A module that ModemManager has connected before bgs2d is started.
class ConnectedModem : public ModemManager {
  protected:
    /// `ports`: the number of its AT ports; the last one is reserved if there are two.
    void connect(int ports) {
        machine.output_of("systemctl mask --runtime --quiet bgs2d && modprobe ppp_async && "
                          "ip netns add network && systemctl start ModemManager");
        machine.write("/etc/udev/rules.d/71-bgs2d-local.rules",
                      "SUBSYSTEM==\"tty\", ENV{ID_MODEL_ID}==\"0058\", ENV{ID_USB_INTERFACE_NUM}==\"02\", "
                      "ENV{ID_MM_PORT_IGNORE}=\"1\"\n");
        machine.output_of("udevadm control --reload");
        device_.make({.product = "0x0058", .function = "acm", .functions = ports});
        device_.start_modem(0, fmt::format("--registered --peer '{}'", network));
        if (ports > 1)
            device_.start_modem(1, "--registered", "second");
        device_.plug();
        ASSERT_TRUE(shows_a_modem());
        machine.output_of("mmcli --modem any --simple-connect=apn=internet");
        machine.output_of(link);
        ASSERT_TRUE(carries_a_ping());
    }
    void start_bgs2d() {
        write_policy();
        machine.output_of("systemctl unmask --runtime --quiet bgs2d && systemctl start bgs2d");
    }
    bool carries_a_ping() { return machine.eventually("ping -c 1 -W 2 10.64.0.1"); }

    /// The modem is connected, by the same call, and has received nothing else.
    void expect_undisturbed() {
        EXPECT_TRUE(carries_a_ping());
        EXPECT_EQ(machine.output_of("mmcli --modem any --output-keyvalue | sed -n "
                                    "'s/^modem.generic.state  *: //p'"),
                  "connected\n");
        const std::string log = machine.output_of("cat /run/modem.log");
        const auto begin = log.rfind("data-mode begins");
        ASSERT_NE(begin, std::string::npos);
        for (const auto* disturbance : {"command", "stray", "data-mode ends"})
            EXPECT_THAT(log.substr(begin), Not(HasSubstr(disturbance)));
        EXPECT_THAT(log, Not(HasSubstr("AT^SBN")));
    }

  private:
    UsbGadget device_{machine};
};

TEST_F(ConnectedModem, IsNotDisturbedAndBgs2dWaitsForItsOnlyPort) {
    connect(1);
    start_bgs2d();
    ASSERT_TRUE(machine.eventually(
        "busctl --json=short call io.bgs2d1 /io/bgs2d1 io.bgs2d1.Manager ListPorts | jq --exit-status "
        "'.data[0][] | select(.device.data == \"/dev/ttyACM0\" and .use.data == \"waiting\")'"));
    EXPECT_THAT(port_property("/dev/ttyACM0", "holder"), testing::ContainsRegex("ModemManager|pppd"));
    expect_undisturbed();

    machine.output_of("systemctl stop link && mmcli --modem any --simple-disconnect");
    EXPECT_TRUE(becomes("compliant"));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
    EXPECT_TRUE(shows_a_modem());
}

TEST_F(ConnectedModem, IsNotDisturbedByTheUseOfItsReservedPort) {
    connect(2);
    start_bgs2d();
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(property("Port"), "/dev/ttyACM1\n");
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
    EXPECT_THAT(machine.output_of("journalctl --unit bgs2d"), Not(HasSubstr("ModemManager is inhibited")));
    expect_undisturbed();
}

} // namespace
} // namespace bgs2::test
