// SPDX-License-Identifier: Apache-2.0
// bgs2d together with the ModemManager package of the distribution.
#include "tests/vm/gateway.h"

#include <gmock/gmock.h>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

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
};

TEST_F(ModemManager, DoesNotProbeAConfiguredPort) {
    enable_adapter_probing();
    configure(adapters_named);
    write_policy();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(becomes("compliant"));
    // By now ModemManager has finished with ports that it ignores. AT+GCAP is its first command to others.
    EXPECT_EQ(machine.output_of("udevadm settle && mmcli --list-modems"), "No modems were found\n");
    EXPECT_THAT(machine.modem_log("ADAPTER1"), Not(HasSubstr("command AT+GCAP")));
}

TEST_F(ModemManager, ReleasesAPortToBgs2dAndReclaimsItIfTheServiceIsKilled) {
    enable_adapter_probing();
    write_policy();
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
    EXPECT_EQ(machine.output_of("busctl --json=short call io.bgs2d1 /io/bgs2d1 io.bgs2d1.Manager ListPorts | "
                                "jq '.data[0][] | select(.state.data == \"modem\") | .inhibited.data'"),
              "true\n");

    machine.output_of("systemctl kill --signal SIGKILL bgs2d");
    EXPECT_TRUE(shows_a_modem());
    EXPECT_EQ(main_process(), "0\n");
}

} // namespace
} // namespace bgs2::test
