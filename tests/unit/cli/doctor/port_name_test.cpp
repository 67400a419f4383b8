// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_name.h"
#include "tests/unit/cli/doctor/healthy_snapshot.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

Port adapter(const std::string& device) {
    return test::usb_port(device, "ignored", "");
}

TEST(PortName, UsesTheVendorModelAndSerialNumberOfTheAdapter) {
    const Port port = adapter("/dev/ttyUSB1");
    EXPECT_EQ(
        name_of(port, std::vector{adapter("/dev/ttyUSB0"), port}),
        (PortName{.entry = "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\", ID_MODEL_ID = \"6015\", "
                           "ID_SERIAL_SHORT = \"A61\" }",
                  .rule = "SUBSYSTEM==\"tty\", ENV{ID_VENDOR_ID}==\"0403\", ENV{ID_MODEL_ID}==\"6015\", "
                          "ENV{ID_SERIAL_SHORT}==\"A61\", ENV{BGS2D_PORT}=\"1\""}));
}

TEST(PortName, UsesTheInterfaceOfAnAdapterWithSeveralPorts) {
    const Port port = adapter("/dev/ttyUSB1");
    Port sibling = port;
    sibling.device = "/dev/ttyUSB2";
    sibling.properties["ID_USB_INTERFACE_NUM"] = "01";
    EXPECT_EQ(
        name_of(port, std::vector{port, sibling}).entry,
        "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\", ID_MODEL_ID = \"6015\", ID_SERIAL_SHORT = \"A61\", "
        "ID_USB_INTERFACE_NUM = \"00\" }");
}

TEST(PortName, UsesThePathIfSeveralAdaptersHaveTheSameSerialNumber) {
    const Port port = adapter("/dev/ttyUSB1");
    Port twin = port;
    twin.device = "/dev/ttyUSB2";
    twin.properties["ID_PATH"] = "elsewhere";
    EXPECT_EQ(name_of(port, std::vector{port, twin}),
              (PortName{.entry = "[[port]]\nid-path = \"pci-0000:00:14.0-usb-0:1:1.0\"",
                        .rule = "SUBSYSTEM==\"tty\", ENV{ID_PATH}==\"pci-0000:00:14.0-usb-0:1:1.0\", "
                                "ENV{BGS2D_PORT}=\"1\""}));
}

TEST(PortName, UsesTheDeviceNodeIfNothingElseIsKnown) {
    Port port;
    port.device = "/dev/ttyS1";
    EXPECT_EQ(name_of(port, {}),
              (PortName{.entry = "[[port]]\ndevice = \"/dev/ttyS1\"",
                        .rule = "SUBSYSTEM==\"tty\", KERNEL==\"ttyS1\", ENV{BGS2D_PORT}=\"1\""}));
    port.device = "/run/modem";
    EXPECT_EQ(name_of(port, {}).rule, "") << "udev has only the nodes in /dev";
}

TEST(PortName, UsesNoValueWithSpecialCharacters) {
    for (const char* serial :
         {"", "A*", "A?", "[A-Z]", "!A", "A|B", "A\"B", "A B", "$(reboot)", "A\nB", "\x1b[2J"}) {
        Port port = adapter("/dev/ttyUSB1");
        port.properties["ID_SERIAL_SHORT"] = serial;
        EXPECT_EQ(name_of(port, {}).entry, "[[port]]\nid-path = \"pci-0000:00:14.0-usb-0:1:1.0\"") << serial;
    }
    Port port;
    port.device = "/dev/tty\"; reboot";
    EXPECT_EQ(name_of(port, {}), PortName{});
}

} // namespace
} // namespace bgs2::cli
