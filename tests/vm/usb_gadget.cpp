// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/usb_gadget.h"

#include <fmt/format.h>

namespace bgs2::test {

void UsbGadget::make(const Device& device) const {
    machine_.output_of(fmt::format(R"(
modprobe dummy_hcd num=1 && modprobe libcomposite && modprobe option && modprobe cdc_acm
mountpoint --quiet /sys/kernel/config || mount -t configfs none /sys/kernel/config
mkdir /sys/kernel/config/usb_gadget/modem && cd /sys/kernel/config/usb_gadget/modem || exit
echo {3} >idVendor
echo {2} >idProduct
mkdir -p strings/0x409 configs/c.1
echo Cinterion >strings/0x409/manufacturer
echo BGS2 >strings/0x409/product
for i in $(seq {1}); do
    mkdir functions/{0}.$i && ln -s functions/{0}.$i configs/c.1/
done
)",
                                   device.function, device.functions, device.product, device.vendor));
}

void UsbGadget::start_modem(int number, const std::string& arguments, const std::string& name) const {
    machine_.output_of(fmt::format("systemd-run --quiet --unit={2} --property=Restart=always "
                                   "--property=RestartSec=100ms bgs2sim --tty /dev/ttyGS{0} "
                                   "--log /run/{2}.log --slots /run/modem.slots {1}",
                                   number, arguments, name));
}

void UsbGadget::plug() const {
    machine_.output_of("echo dummy_udc.0 >/sys/kernel/config/usb_gadget/modem/UDC");
}

void UsbGadget::pull() const {
    machine_.output_of("echo >/sys/kernel/config/usb_gadget/modem/UDC");
}

} // namespace bgs2::test
