// The shipped rules against the real systemd-udevd: run by tests/hotplug/bed.
#include "tests/support/pty.h"
#include "tests/support/udev_bed.h"
#include "udev/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <grp.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace bgs2::udev {

namespace {

using test::Pty;
using test::UdevBed;
using test::UsbSerial;
using testing::IsSupersetOf;
using testing::Pair;

UsbSerial of_vendor(const std::string& vendor) {
    UsbSerial device;
    device.vendor = vendor;
    return device;
}

UsbSerial adapter() {
    UsbSerial device;
    device.vendor = "0403";
    device.product = "6001";
    device.manufacturer = "FTDI";
    device.model = "FT232R";
    return device;
}

class Rules : public testing::Test {
  protected:
    Port plug(const UsbSerial& device) {
        bed.plug(device, pty.path());
        const auto ports = Monitor().enumerate();
        if (ports.size() != 1)
            throw std::runtime_error("udev lists " + std::to_string(ports.size()) + " ports and not one");
        return ports.front();
    }

    // The pty outlives what is plugged into it.
    Pty pty;
    UdevBed bed;
};

struct Node {
    std::string group;
    mode_t mode = 0;
};

Node node_of(const Port& port) {
    struct stat node{};
    if (stat(port.node.c_str(), &node) != 0)
        throw std::runtime_error("no " + port.node);
    const auto* group = getgrgid(node.st_gid);
    return {group == nullptr ? std::to_string(node.st_gid) : group->gr_name, node.st_mode & 0777U};
}

bool has_tag(const Port& port, const std::string& tag) {
    const std::string number = std::to_string(major(port.number)) + ":" + std::to_string(minor(port.number));
    return port.property("CURRENT_TAGS").find(":" + tag + ":") != std::string_view::npos &&
           std::filesystem::exists("/run/udev/tags/" + tag + "/c" + number);
}

class RulesOfVendor : public Rules, public testing::WithParamInterface<const char*> {};

TEST_P(RulesOfVendor, NominateThePortAndWakeTheService) {
    const Port port = plug(of_vendor(GetParam()));
    EXPECT_TRUE(port.nominated());
    EXPECT_THAT(port.properties, IsSupersetOf({Pair("BGS2D_PORT", "1"), Pair("ID_MM_PORT_IGNORE", "1"),
                                               Pair("SYSTEMD_WANTS", "bgs2d.service")}));
    EXPECT_TRUE(has_tag(port, "systemd"));
    EXPECT_EQ(node_of(port).group, "dialout");
    EXPECT_EQ(node_of(port).mode, 0660U);
}

INSTANTIATE_TEST_SUITE_P(Modems, RulesOfVendor, testing::Values("1e2d", "0681", "1269"),
                         [](const auto& vendor) { return "Vendor" + std::string(vendor.param); });

TEST_F(Rules, LeaveAnAdapterOfAnotherVendorAlone) {
    const Port port = plug(adapter());
    EXPECT_FALSE(port.nominated());
    for (const auto* name : {"BGS2D_PORT", "ID_MM_PORT_IGNORE", "SYSTEMD_WANTS"})
        EXPECT_FALSE(port.properties.contains(name)) << name;
    EXPECT_FALSE(has_tag(port, "systemd"));
}

TEST_F(Rules, DoNotMistakeAHubOfTheVendorForAModem) {
    auto device = adapter();
    device.usb_port = "1-1.2";
    device.hub_vendor = "0681";
    EXPECT_FALSE(plug(device).nominated());
}

TEST_F(Rules, FindAModemBehindAHub) {
    UsbSerial device;
    device.usb_port = "1-1.2";
    EXPECT_TRUE(plug(device).nominated());
}

TEST_F(Rules, LetTheAdministratorKeepThemAway) {
    bed.add_rules("65-local.rules",
                  "SUBSYSTEM==\"tty\", ENV{ID_SERIAL_SHORT}==\"A6001\", ENV{BGS2D_PORT}=\"0\"\n");
    const Port port = plug(UsbSerial());
    EXPECT_FALSE(port.nominated());
    EXPECT_FALSE(port.properties.contains("ID_MM_PORT_IGNORE"));
    EXPECT_FALSE(port.properties.contains("SYSTEMD_WANTS"));
}

TEST_F(Rules, OpenThePortToTheServiceWhateverWasSaidBefore) {
    bed.add_rules("65-local.rules", "SUBSYSTEM==\"tty\", GROUP=\"root\", MODE=\"0600\"\n");
    const Port port = plug(UsbSerial());
    EXPECT_EQ(node_of(port).group, "dialout");
    EXPECT_EQ(node_of(port).mode, 0660U);
}

TEST_F(Rules, LetTheAdministratorNominateAnAdapter) {
    bed.add_rules("65-local.rules",
                  "SUBSYSTEM==\"tty\", ENV{ID_VENDOR_ID}==\"0403\", ENV{ID_SERIAL_SHORT}==\"A6001\", "
                  "ENV{BGS2D_PORT}=\"1\"\n");
    const Port port = plug(adapter());
    EXPECT_TRUE(port.nominated());
    EXPECT_EQ(port.property("ID_MM_PORT_IGNORE"), "1");
    EXPECT_EQ(port.property("SYSTEMD_WANTS"), "bgs2d.service");
    EXPECT_TRUE(has_tag(port, "systemd"));
}

TEST_F(Rules, GiveAnOnBoardUartAPathButDoNotNominateIt) {
    bed.plug_uart("ttyS0", pty.path());
    const auto ports = Monitor().enumerate();
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_EQ(ports.front().property("ID_PATH"), "platform-serial8250");
    EXPECT_FALSE(ports.front().nominated());
}

} // namespace
} // namespace bgs2::udev
