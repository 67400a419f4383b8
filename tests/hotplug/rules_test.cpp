// SPDX-License-Identifier: Apache-2.0
// The shipped rules with the real systemd-udevd. Runs in tests/hotplug/sandbox.
#include "tests/support/pty.h"
#include "tests/support/udev_sandbox.h"
#include "udev/monitor.h"

#include <fmt/format.h>
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
using test::UdevSandbox;
using test::UsbSerial;
using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;

UsbSerial rules_adapter() {
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
        sandbox.plug(device, pty.path());
        const auto ports = Monitor().enumerate();
        if (ports.size() != 1)
            throw std::runtime_error("udev lists " + std::to_string(ports.size()) + " ports and not one");
        return ports.front();
    }

    // Declared first: the ptys must outlive the ports.
    Pty pty;
    Pty second;
    UdevSandbox sandbox;
};

struct Node {
    std::string group;
    mode_t mode = 0;
    dev_t number = 0;
};

Node node_of(const Port& port) {
    struct stat node{};
    if (stat(port.node.c_str(), &node) != 0)
        throw std::runtime_error("no " + port.node);
    const auto* group = getgrgid(node.st_gid);
    return {group == nullptr ? std::to_string(node.st_gid) : group->gr_name, node.st_mode & 0777U,
            node.st_rdev};
}

std::filesystem::path tag_file(const std::string& tag, dev_t number) {
    return "/run/udev/tags/" + tag + "/c" + std::to_string(major(number)) + ":" +
           std::to_string(minor(number));
}

bool has_tag(const Port& port, const std::string& tag) {
    const auto tags = port.properties.find("CURRENT_TAGS");
    return tags != port.properties.end() && tags->second.contains(":" + tag + ":") &&
           std::filesystem::exists(tag_file(tag, node_of(port).number));
}

void expect_unmarked(const Port& port) {
    for (const auto* name : {"BGS2D_PORT", "ID_MM_PORT_IGNORE", "SYSTEMD_WANTS"})
        EXPECT_FALSE(port.properties.contains(name)) << name;
    EXPECT_FALSE(has_tag(port, "systemd"));
}

void expect_marked(const Port& port, const char* mark) {
    EXPECT_THAT(port.properties,
                IsSupersetOf({Pair("BGS2D_PORT", mark), Pair("SYSTEMD_WANTS", "bgs2d.service")}));
    EXPECT_FALSE(port.properties.contains("ID_MM_PORT_IGNORE")) << "the modem is ModemManager's as well";
    EXPECT_TRUE(has_tag(port, "systemd"));
    EXPECT_EQ(node_of(port).group, "dialout");
    EXPECT_EQ(node_of(port).mode, 0660U);
}

struct UsbPort {
    const char* vendor;
    const char* product;
    const char* interface;
};

UsbSerial device_of(const UsbPort& port) {
    UsbSerial device;
    device.vendor = port.vendor;
    device.product = port.product;
    device.interface = port.interface;
    return device;
}

std::string name_of(const testing::TestParamInfo<UsbPort>& port) {
    return fmt::format("Usb{}{}If{}", port.param.vendor, port.param.product, port.param.interface);
}

class AtPortRules : public Rules, public testing::WithParamInterface<UsbPort> {};

TEST_P(AtPortRules, MarkThePortAndStartTheService) {
    expect_marked(plug(device_of(GetParam())), "1");
}

INSTANTIATE_TEST_SUITE_P(Modules, AtPortRules,
                         testing::Values(UsbPort{"1e2d", "0053", "02"}, UsbPort{"1e2d", "0053", "03"},
                                         UsbPort{"1e2d", "0054", "02"}, UsbPort{"1e2d", "0054", "03"},
                                         UsbPort{"1e2d", "0055", "02"}, UsbPort{"1e2d", "0055", "03"},
                                         UsbPort{"1e2d", "0058", "00"}, UsbPort{"1e2d", "0058", "02"},
                                         UsbPort{"1e2d", "005b", "00"}, UsbPort{"1e2d", "005b", "02"},
                                         UsbPort{"1e2d", "005d", "00"}, UsbPort{"1e2d", "005d", "02"},
                                         UsbPort{"1e2d", "0061", "00"}, UsbPort{"1e2d", "0061", "02"},
                                         UsbPort{"1e2d", "0069", "00"}, UsbPort{"1e2d", "0069", "02"},
                                         UsbPort{"1e2d", "006c", "01"}, UsbPort{"1e2d", "006c", "03"},
                                         UsbPort{"1e2d", "006f", "00"}, UsbPort{"1e2d", "006f", "02"},
                                         UsbPort{"0681", "0034", "00"}, UsbPort{"0681", "0040", "00"},
                                         UsbPort{"0681", "0047", "01"}, UsbPort{"0681", "004a", "00"},
                                         UsbPort{"0681", "004c", "02"}),
                         name_of);

class ForeignPortRules : public Rules, public testing::WithParamInterface<UsbPort> {};

TEST_P(ForeignPortRules, LeaveThePortAlone) {
    expect_unmarked(plug(device_of(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(OtherInterfaces, ForeignPortRules,
                         testing::Values(UsbPort{"1e2d", "0053", "00"}, UsbPort{"1e2d", "0053", "01"}, // GPS
                                         UsbPort{"1e2d", "0054", "00"}, UsbPort{"1e2d", "0055", "01"},
                                         UsbPort{"1e2d", "0058", "04"}, UsbPort{"1e2d", "005b", "04"}, // GPS
                                         UsbPort{"1e2d", "005b", "08"}, UsbPort{"1e2d", "005d", "08"},
                                         UsbPort{"1e2d", "0061", "04"}, UsbPort{"1e2d", "0069", "04"}, // GPS
                                         UsbPort{"1e2d", "0069", "06"},                                // QCDM
                                         UsbPort{"1e2d", "006f", "04"}, UsbPort{"1e2d", "006f", "06"},
                                         UsbPort{"1e2d", "006c", "00"}, // diagnostics
                                         UsbPort{"1e2d", "006c", "02"}, UsbPort{"1e2d", "006c", "0a"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(OtherProducts, ForeignPortRules,
                         testing::Values(UsbPort{"1e2d", "0059", "00"}, UsbPort{"1e2d", "0062", "00"},
                                         UsbPort{"1e2d", "0063", "02"}, UsbPort{"1e2d", "0065", "02"},
                                         UsbPort{"1e2d", "00d0", "00"},
                                         UsbPort{"1e2d", "00b0", "00"}, // broadband cards
                                         UsbPort{"1e2d", "00b3", "02"}, UsbPort{"1e2d", "00b7", "00"},
                                         UsbPort{"1e2d", "00b8", "02"}, UsbPort{"1e2d", "00b9", "03"},
                                         UsbPort{"1e2d", "00f1", "00"}, UsbPort{"1e2d", "00f2", "02"},
                                         UsbPort{"1e2d", "00f3", "03"}, UsbPort{"1e2d", "00f4", "00"},
                                         UsbPort{"0681", "0005", "00"}, // fingerprint reader
                                         UsbPort{"0681", "0014", "00"}, // KNX bus interface
                                         UsbPort{"0681", "0058", "00"}, UsbPort{"1269", "0058", "00"},
                                         UsbPort{"1e2d", "0034", "00"}, UsbPort{"0403", "0058", "00"}),
                         name_of);

TEST_F(Rules, MarkBothAtPortsOfAModule) {
    UsbSerial device;
    device.product = "006c";
    device.interface = "01";
    sandbox.plug(device, pty.path());
    device.name = "ttyUSB1";
    device.interface = "03";
    sandbox.plug(device, second.path());
    const auto ports = Monitor().enumerate();
    ASSERT_EQ(ports.size(), 2U);
    for (const auto& port : ports)
        expect_marked(port, "1");
    EXPECT_EQ(ports.front().physical_device, ports.back().physical_device);
}

TEST_F(Rules, LetALocalRuleKeepModemManagerAway) {
    sandbox.add_rules("71-bgs2d-local.rules", "SUBSYSTEM==\"tty\", ENV{BGS2D_PORT}==\"1|configured\", "
                                              "ENV{ID_MM_PORT_IGNORE}=\"1\"\n");
    EXPECT_THAT(plug(UsbSerial()).properties,
                IsSupersetOf({Pair("BGS2D_PORT", "1"), Pair("ID_MM_PORT_IGNORE", "1")}));
}

TEST_F(Rules, IgnoreAnAdapterOfAnotherVendor) {
    expect_unmarked(plug(rules_adapter()));
}

TEST_F(Rules, IgnoreAnAdapterBehindAHubOfTheVendor) {
    auto device = rules_adapter();
    device.usb_port = "1-1.2";
    device.hub_vendor = "0681";
    expect_unmarked(plug(device));
}

TEST_F(Rules, MarkAModemBehindAHub) {
    UsbSerial device;
    device.usb_port = "1-1.2";
    EXPECT_THAT(plug(device).properties, Contains(Pair("BGS2D_PORT", "1")));
}

TEST_F(Rules, LetALocalRuleExcludeAModem) {
    sandbox.add_rules("65-local.rules",
                      "SUBSYSTEM==\"tty\", ENV{ID_SERIAL_SHORT}==\"A6001\", ENV{BGS2D_PORT}=\"0\"\n");
    const Port port = plug(UsbSerial());
    EXPECT_THAT(port.properties, Not(Contains(Pair("BGS2D_PORT", "1"))));
    EXPECT_FALSE(port.properties.contains("ID_MM_PORT_IGNORE"));
    EXPECT_FALSE(port.properties.contains("SYSTEMD_WANTS"));
}

TEST_F(Rules, SetGroupAndModeDespiteAnEarlierRule) {
    sandbox.add_rules("65-local.rules", "SUBSYSTEM==\"tty\", GROUP=\"root\", MODE=\"0600\"\n");
    const Port port = plug(UsbSerial());
    EXPECT_EQ(node_of(port).group, "dialout");
    EXPECT_EQ(node_of(port).mode, 0660U);
}

TEST_F(Rules, LetALocalRuleMarkAnAdapter) {
    sandbox.add_rules("65-local.rules",
                      "SUBSYSTEM==\"tty\", ENV{ID_VENDOR_ID}==\"0403\", ENV{ID_SERIAL_SHORT}==\"A6001\", "
                      "ENV{BGS2D_PORT}=\"1\"\n");
    const Port port = plug(rules_adapter());
    expect_marked(port, "1");
}

struct PortEntryCase {
    const char* name;
    const char* config;
};

class ConfigurationRules : public Rules, public testing::WithParamInterface<PortEntryCase> {};

TEST_P(ConfigurationRules, MarkThePortAndStartTheService) {
    sandbox.configure(GetParam().config);
    const Port port = plug(rules_adapter());
    expect_marked(port, "configured");
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, ConfigurationRules,
    testing::Values(
        PortEntryCase{"ByNode", "[[port]]\ndevice = '/dev/ttyUSB0'\n"},
        PortEntryCase{"ByLink", "[[port]]\ndevice = '/dev/serial/by-id/usb-FTDI_FT232R_A6001-if00-port0'\n"},
        PortEntryCase{"ByPath", "[[port]]\nid-path = 'pci-*-usb-0:1:1.0'\n"},
        PortEntryCase{"ByProperty",
                      "[[port]]\nproperty = { ID_VENDOR_ID = '0403', ID_SERIAL_SHORT = 'A6001' }\n"}),
    [](const auto& naming) { return std::string(naming.param.name); });

TEST_F(Rules, IgnoreAnAdapterMissingFromTheConfiguration) {
    sandbox.configure("[[port]]\nproperty = { ID_SERIAL_SHORT = 'A6002' }\n");
    expect_unmarked(plug(rules_adapter()));
}

TEST_F(Rules, IgnoreAnAdapterWhileTheConfigurationIsInvalid) {
    sandbox.configure("[[port]]\ndevice = '/dev/ttyUSB0'\n[[prot]]\n");
    expect_unmarked(plug(rules_adapter()));
}

TEST_F(Rules, LetALocalRuleExcludeAConfiguredAdapter) {
    sandbox.configure("[[port]]\ndevice = '/dev/ttyUSB0'\n");
    sandbox.add_rules("65-local.rules", "SUBSYSTEM==\"tty\", ENV{BGS2D_PORT}=\"0\"\n");
    const Port port = plug(rules_adapter());
    EXPECT_THAT(port.properties, Contains(Pair("BGS2D_PORT", "0")));
    EXPECT_FALSE(port.properties.contains("SYSTEMD_WANTS"));
}

TEST_F(Rules, ReadTheConfigurationAgainOnEachEvent) {
    expect_unmarked(plug(rules_adapter()));
    sandbox.configure("[[port]]\ndevice = '/dev/ttyUSB0'\n");
    sandbox.change("ttyUSB0");
    EXPECT_THAT(Monitor().enumerate().at(0).properties, Contains(Pair("BGS2D_PORT", "configured")));
    sandbox.configure("");
    sandbox.change("ttyUSB0");
    expect_unmarked(Monitor().enumerate().at(0));
}

TEST_F(Rules, MarkAConfiguredOnBoardUart) {
    sandbox.configure("[[port]]\nid-path = 'platform-serial8250'\n");
    sandbox.plug_uart("ttyS0", pty.path());
    const Port port = Monitor().enumerate().at(0);
    EXPECT_THAT(port.properties, Contains(Pair("BGS2D_PORT", "configured")));
    EXPECT_THAT(port.properties, Contains(Pair("SYSTEMD_WANTS", "bgs2d.service")));
    EXPECT_TRUE(has_tag(port, "systemd"));
    EXPECT_EQ(node_of(port).group, "dialout");
}

TEST_F(Rules, IgnoreAVirtualConsole) {
    sandbox.configure("[[port]]\nproperty = { SUBSYSTEM = 'tty' }\n");
    sandbox.plug_virtual("tty1", pty.path());
    struct stat node{};
    ASSERT_EQ(stat("/dev/tty1", &node), 0);
    EXPECT_FALSE(std::filesystem::exists(tag_file("systemd", node.st_rdev)));
}

TEST_F(Rules, SetTheIdPathOfAnOnBoardUartWithoutMarkingIt) {
    sandbox.plug_uart("ttyS0", pty.path());
    const auto ports = Monitor().enumerate();
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_THAT(ports.front().properties, Contains(Pair("ID_PATH", "platform-serial8250")));
    EXPECT_THAT(ports.front().properties, Not(Contains(Pair("BGS2D_PORT", "1"))));
}

} // namespace
} // namespace bgs2::udev
