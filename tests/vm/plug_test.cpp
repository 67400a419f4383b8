// SPDX-License-Identifier: Apache-2.0
// Plugging in, unplugging, and plugging into another port.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

namespace bgs2::test {
namespace {

using PluggedAdapter = Gateway;

TEST_F(PluggedAdapter, ThatIsConfiguredStartsTheServiceAndProvisionsItsModem) {
    configure(adapters_named);
    write_policy();
    ASSERT_EQ(main_process(), "0\n");

    machine.plug("ADAPTER1");
    ASSERT_TRUE(machine.eventually("systemctl is-active bgs2d"));
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
    EXPECT_EQ(thumbprint(1), thumbprint_of(authority()));
    EXPECT_EQ(machine.frames("ADAPTER1"), 2U);

    // As a user without authorizations.
    EXPECT_EQ(machine.output_of(fmt::format("runuser -u visitor -- busctl get-property io.bgs2d1 "
                                            "/io/bgs2d1/modem/{} io.bgs2d1.Modem State",
                                            first_imei)),
              "s \"compliant\"\n");
    EXPECT_EQ(machine.output_of("runuser -u visitor -- bgs2ctl list --json | jq --raw-output '.[].port'"),
              "/dev/ttyUSB0\n");

    machine.unplug("ADAPTER1");
    EXPECT_TRUE(is_gone());
    EXPECT_EQ(machine.output_of("bgs2ctl list --json"), "[]\n");
    EXPECT_EQ(machine.output_of("systemctl is-active bgs2d"), "active\n");
}

TEST_F(PluggedAdapter, ThatIsUnknownReceivesNoByte) {
    configure("[[port]]\nproperty = { ID_SERIAL_SHORT = \"ADAPTER1\" }\n");
    write_policy();
    LineSocket other_device = machine.plug_silent("ADAPTER2");
    ASSERT_TRUE(machine.eventually("udevadm settle && test -c /dev/ttyUSB0"));
    EXPECT_EQ(main_process(), "0\n");

    // Nor by a running service on request.
    machine.plug("ADAPTER1");
    ASSERT_TRUE(becomes("compliant"));
    machine.output_of("bgs2ctl rescan && bgs2ctl reload");
    machine.output_of("udevadm trigger --settle --subsystem-match=tty");
    EXPECT_EQ(
        machine.output_of(
            "bgs2ctl ports --json | jq --raw-output '.[] | select(.device == \"/dev/ttyUSB0\") | .state'"),
        "ignored\n");
    EXPECT_EQ(other_device.drain(std::chrono::milliseconds(0)), "");
}

TEST_F(PluggedAdapter, KeepsTheIdentityAndPolicyOfItsModemOnAnotherPort) {
    configure(adapters_named);
    const std::string first_ca = write_policy_of(first_imei);
    const std::string second_ca = write_policy_of(second_imei);
    const auto plug_first = [&] { machine.plug("ADAPTER1", {"--imei", first_imei}); };
    const auto plug_second = [&] { machine.plug("ADAPTER2", {"--imei", second_imei}); };
    const auto expect = [&](const std::string& first_port, const std::string& second_port) {
        EXPECT_EQ(property("Port", first_imei), first_port);
        EXPECT_EQ(property("Port", second_imei), second_port);
        EXPECT_EQ(property("Policy", first_imei), fmt::format("10-{}\n", first_imei));
        EXPECT_EQ(property("Policy", second_imei), fmt::format("10-{}\n", second_imei));
        EXPECT_EQ(thumbprint(1, first_imei), first_ca);
        EXPECT_EQ(thumbprint(1, second_imei), second_ca);
        EXPECT_EQ(machine.frames("ADAPTER1"), 1U);
        EXPECT_EQ(machine.frames("ADAPTER2"), 1U);
    };

    plug_first();
    ASSERT_TRUE(becomes("compliant", first_imei));
    plug_second();
    ASSERT_TRUE(becomes("compliant", second_imei));
    expect("/dev/ttyUSB0\n", "/dev/ttyUSB1\n");

    machine.unplug("ADAPTER1");
    machine.unplug("ADAPTER2");
    ASSERT_TRUE(is_gone(first_imei));
    ASSERT_TRUE(is_gone(second_imei));
    plug_second();
    ASSERT_TRUE(becomes("compliant", second_imei));
    plug_first();
    ASSERT_TRUE(becomes("compliant", first_imei));
    expect("/dev/ttyUSB1\n", "/dev/ttyUSB0\n");
}

} // namespace
} // namespace bgs2::test
