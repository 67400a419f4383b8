// SPDX-License-Identifier: Apache-2.0
// USB devices with the vendor ID of the modems, created by the gadget drivers of the guest; bgs2sim runs in
// the guest.
#include "tests/vm/gateway.h"
#include "tests/vm/usb_gadget.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace bgs2::test {
namespace {

class Gadget : public Gateway {
  protected:
    /// Plugs in a Cinterion device with `count` functions of this kind and the modem behind the last one,
    /// without a [[port]] in bgs2d.toml.
    void plug(const std::string& product, const std::string& function, int count) {
        write_policy();
        device_.make({.product = product, .function = function, .functions = count});
        device_.start_modem(count - 1);
        device_.plug();
    }
    /// The same without a modem: nothing takes the data that is sent to the ports.
    void plug_without_modem(const std::string& product, const std::string& function, int count) {
        device_.make({.product = product, .function = function, .functions = count});
        device_.plug();
    }

    void expect_provisioned(const std::string& port) {
        ASSERT_TRUE(machine.eventually("systemctl is-active bgs2d"));
        ASSERT_TRUE(becomes("compliant"));
        EXPECT_EQ(property("Port"), port + "\n");
        EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
        EXPECT_EQ(machine.output_of(fmt::format("stat --format '%G %a' {}", port)), "dialout 660\n");
        device_.pull();
        EXPECT_TRUE(is_gone());
    }

  private:
    UsbGadget device_{machine};
};

TEST_F(Gadget, WithACdcAcmPortIsProvisionedThroughTheShippedRule) {
    plug("0x0058", "acm", 1);
    expect_provisioned("/dev/ttyACM0");
}

TEST_F(Gadget, WithFourOptionPortsIsProvisionedOnTheRespondingPort) {
    plug("0x0053", "gser", 4);
    expect_provisioned("/dev/ttyUSB3");
}

// close() of such a port waits up to 30 s for the data to be sent.
TEST_F(Gadget, ThatAcceptsNoDataDoesNotDelayTheOtherModemsOrTheBus) {
    configure(adapters_named);
    write_policy();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(becomes("compliant"));
    plug_without_modem("0x0053", "gser", 4);
    ASSERT_TRUE(machine.eventually("journalctl --unit bgs2d | grep --quiet 'no answer on /dev/ttyUSB'"));
    // Meanwhile, the port is being closed, and opened again in vain.
    const std::string longest =
        machine.output_of(R"(
longest=0
end=$(($(date +%s) + 20))
while [ $(date +%s) -lt $end ]; do
    begin=$(date +%s%N)
    busctl get-property io.bgs2d1 /io/bgs2d1/modem/)" +
                          std::string(first_imei) + R"( io.bgs2d1.Modem State >/dev/null || exit
    took=$((($(date +%s%N) - begin) / 1000000))
    [ $took -le $longest ] || longest=$took
done
echo $longest
)");
    EXPECT_LT(std::stoi(longest), 5000) << "ms for a property, of an emulated machine";
    EXPECT_TRUE(machine.eventually("journalctl --unit bgs2d | grep --quiet 'is still being closed'"));
    EXPECT_TRUE(machine.eventually("bgs2ctl refresh", std::chrono::seconds(30)));
    EXPECT_EQ(machine.output_of("systemctl show --property NRestarts --value bgs2d"), "0\n");
}

} // namespace
} // namespace bgs2::test
