// SPDX-License-Identifier: Apache-2.0
// USB devices with the vendor ID of the modems, created by the gadget drivers of the guest; bgs2sim runs in
// the guest.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

namespace bgs2::test {
namespace {

class Gadget : public Gateway {
  protected:
    /// Adds a Cinterion device with `count` functions of this kind and the modem behind the last one, without
    /// a
    /// [[port]] in bgs2d.toml. The kernel selects the driver by the product ID.
    void plug(const std::string& product, const std::string& function, int count) {
        write_policy();
        machine.output_of(fmt::format(R"(
modprobe dummy_hcd num=1 && modprobe libcomposite && modprobe option && modprobe cdc_acm
mountpoint --quiet /sys/kernel/config || mount -t configfs none /sys/kernel/config
mkdir /sys/kernel/config/usb_gadget/modem && cd /sys/kernel/config/usb_gadget/modem || exit
echo 0x1e2d >idVendor
echo {3} >idProduct
mkdir -p strings/0x409 configs/c.1
echo Cinterion >strings/0x409/manufacturer
echo BGS2 >strings/0x409/product
for i in $(seq {1}); do
    mkdir functions/{0}.$i && ln -s functions/{0}.$i configs/c.1/
done
systemd-run --quiet --unit=modem --property=Restart=always --property=RestartSec=100ms bgs2sim --tty /dev/ttyGS{2} \
    --log /run/modem.log --slots /run/modem.slots
echo dummy_udc.0 >UDC
)",
                                      function, count, count - 1, product));
    }
    void pull() { machine.output_of("echo >/sys/kernel/config/usb_gadget/modem/UDC"); }

    void expect_provisioned(const std::string& port) {
        ASSERT_TRUE(machine.eventually("systemctl is-active bgs2d"));
        ASSERT_TRUE(becomes("compliant"));
        EXPECT_EQ(property("Port"), port + "\n");
        EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
        EXPECT_EQ(machine.output_of(fmt::format("stat --format '%G %a' {}", port)), "dialout 660\n");
        pull();
        EXPECT_TRUE(is_gone());
    }
};

TEST_F(Gadget, WithACdcAcmPortIsProvisionedThroughTheShippedRule) {
    plug("0x0059", "acm", 1);
    expect_provisioned("/dev/ttyACM0");
}

TEST_F(Gadget, WithFourOptionPortsIsProvisionedOnTheRespondingPort) {
    plug("0x0053", "gser", 4);
    expect_provisioned("/dev/ttyUSB3");
}

} // namespace
} // namespace bgs2::test
