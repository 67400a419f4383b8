// SPDX-License-Identifier: Apache-2.0
#include "udev/physical_device.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::udev {
namespace {

/// The subsystems from the port up, and whether the device at that place is a usb_device ("usb!").
std::vector<Ancestor> line(const std::vector<std::string>& subsystems) {
    std::vector<Ancestor> result;
    result.reserve(subsystems.size());
    for (const std::string& each : subsystems) {
        const bool device = each.ends_with('!');
        result.push_back({.name = "tty" + std::to_string(result.size()),
                          .syspath = "/sys/" + std::to_string(result.size()),
                          .subsystem = device ? each.substr(0, each.size() - 1) : each,
                          .type = device ? "usb_device" : "",
                          .uid = ""});
    }
    return result;
}

struct Case {
    const char* name;
    std::vector<std::string> subsystems;
    const char* found;
};

const std::vector<Case> cases{
    {"an adapter on USB", {"tty", "usb-serial", "usb", "usb!", "usb!", "pci", "pci"}, "/sys/3"},
    {"a modem with a CDC-ACM port", {"tty", "usb", "usb!", "usb!", "pci"}, "/sys/2"},
    {"USB without a device, whatever is above it", {"tty", "usb-serial", "usb", "pci", "platform"}, "/sys/0"},
    {"a UART of the board", {"tty", "platform", "platform"}, "/sys/1"},
    {"one on a serial bus", {"tty", "serial-base", "serial-base", "pnp", "acpi"}, "/sys/3"},
    {"one below AMBA", {"tty", "amba", "platform", "platform"}, "/sys/2"},
    {"a card with UARTs", {"tty", "pci", "pci"}, "/sys/1"},
    {"on SDIO", {"tty", "sdio", "mmc", "platform"}, "/sys/1"},
    {"a PC card", {"tty", "pcmcia", "pcmcia", "pci"}, "/sys/2"},
    {"a bus without a name in between", {"tty", "", "platform"}, "/sys/2"},
    {"nothing that it knows", {"tty", "amba"}, "/sys/0"},
    {"farther than it looks", {"tty", "a", "b", "c", "d", "e", "f", "g", "platform"}, "/sys/0"},
    {"nearly so far", {"tty", "a", "b", "c", "d", "e", "f", "platform"}, "/sys/7"},
};

TEST(PhysicalDevice, IsTheSameAsInModemManager) {
    for (const Case& each : cases)
        EXPECT_EQ(physical_device(line(each.subsystems)), each.found) << each.name;
}

TEST(PhysicalDevice, HasTheUidSetByARuleOnTheDeviceOrThePort) {
    auto adapter = line({"tty", "usb-serial", "usb", "usb!", "pci"});
    adapter[0].uid = "the port";
    EXPECT_EQ(physical_device(adapter), "the port");
    adapter[3].uid = "the device";
    EXPECT_EQ(physical_device(adapter), "the device");
    adapter[4].uid = "another";
    EXPECT_EQ(physical_device(adapter), "the device");
}

TEST(PhysicalDevice, OfAnRfcommPortIsThePortItself) {
    auto link = line({"tty", "platform"});
    link[0].name = "rfcomm0";
    EXPECT_EQ(physical_device(link), "/sys/0");
}

TEST(PhysicalDevice, IsEmptyWithoutAncestors) {
    EXPECT_EQ(physical_device({}), "");
}

} // namespace
} // namespace bgs2::udev
