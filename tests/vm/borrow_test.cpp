// SPDX-License-Identifier: Apache-2.0
// bgs2d borrows the port of a USB adapter again and again, with a real driver.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

#include <string>

namespace bgs2::test {
namespace {

class BorrowedAdapter : public Gateway {
  protected:
    /// The settings of the line and the modem lines that bgs2d could have changed.
    std::string line() { return machine.output_of("stty --save --file=/dev/ttyUSB0"); }
    long number(const std::string& command) { return std::stol(machine.output_of(command)); }
};

TEST_F(BorrowedAdapter, IsLeftAsItWasFoundAHundredTimes) {
    machine.plug("ADAPTER1");
    ASSERT_TRUE(machine.eventually("test -c /dev/ttyUSB0"));
    machine.output_of("stty --file=/dev/ttyUSB0 9600 evenp crtscts echo -hupcl");
    const std::string before = line();

    configure(adapters_named);
    write_policy_of(first_imei);
    machine.output_of("sed --in-place '1i [port]\\nsettle = \"0\"\\n[provision]\\nverify-every = \"1ms\"\\n' "
                      "/etc/bgs2d/policy.d/*.toml");
    machine.output_of("systemctl start bgs2d");
    const std::string process = machine.output_of("systemctl show --property MainPID --value bgs2d");
    const std::string descriptors =
        fmt::format("ls /proc/{}/fd | wc --lines", process.substr(0, process.size() - 1));
    const std::string memory = fmt::format("awk '/^RssAnon:/ {{ print $2 }}' /proc/{}/status",
                                           process.substr(0, process.size() - 1));
    machine.output_of("systemd-run --quiet --unit=witness busctl monitor "
                      "--match=type=signal,interface=io.bgs2d1.Manager,member=PortReleased io.bgs2d1");
    ASSERT_TRUE(machine.eventually("test $(journalctl --unit=witness --output=cat | grep --count "
                                   "Member=PortReleased) -ge 10"));
    const long descriptors_before = number(descriptors);
    const long memory_before = number(memory);
    ASSERT_TRUE(machine.eventually("test $(journalctl --unit=witness --output=cat | grep --count "
                                   "Member=PortReleased) -ge 110",
                                   std::chrono::seconds(300)));
    EXPECT_LE(number(descriptors), descriptors_before + 3) << "a port can be open at the moment";
    EXPECT_LT(number(memory), memory_before + 1024);
    machine.output_of("systemctl stop bgs2d");
    EXPECT_EQ(line(), before);
    EXPECT_EQ(machine.output_of("ls /run/lock | grep LCK || true"), "");
}

} // namespace
} // namespace bgs2::test
