// SPDX-License-Identifier: Apache-2.0
// Installing and removing the package while a modem is plugged in.
#include "tests/vm/gateway.h"

namespace bgs2::test {
namespace {

class Package : public Gateway {
  protected:
    /// The property of the adapter's port in udev: "BGS2D_PORT=configured", or empty.
    std::string port_property() {
        return machine.output_of(
            "udevadm settle && udevadm info --query property --property BGS2D_PORT /dev/ttyUSB0");
    }
};

TEST_F(Package, ProvisionsAPluggedInModemOnInstallAndReleasesItOnRemoval) {
    machine.output_of("dpkg --purge bgs2d");
    configure(adapters_named);
    write_policy();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(machine.eventually("test -c /dev/ttyUSB0"));
    EXPECT_EQ(port_property(), "");

    machine.output_of("dpkg --install --force-confold /var/cache/bgs2d/bgs2d_*.deb");
    ASSERT_TRUE(machine.eventually("systemctl is-active bgs2d"));
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
    EXPECT_EQ(port_property(), "BGS2D_PORT=configured\n");

    machine.output_of("dpkg --remove bgs2d");
    EXPECT_EQ(machine.run("pgrep bgs2d").output, "");
    EXPECT_EQ(port_property(), "");
}

} // namespace
} // namespace bgs2::test
