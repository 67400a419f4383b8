// The shipped rules and the monitor, against the real systemd-udevd: run by tests/hotplug/bed.
#include "tests/support/pty.h"
#include "tests/support/udev_bed.h"
#include "udev/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <grp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <vector>

namespace bgs2::udev {

// So that gtest can say which.
void PrintTo(const Port& port, std::ostream* out) {
    *out << port.syspath;
}

void PrintTo(Action action, std::ostream* out) {
    constexpr std::array words{"added", "changed", "removed"};
    *out << words.at(static_cast<std::size_t>(action));
}

namespace {

using test::Pty;
using test::UdevBed;
using test::UsbSerial;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Pair;

constexpr std::chrono::seconds patience{10};

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

/// Waits until that many events have come.
std::vector<Event> receive(Monitor& monitor, std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<Event> events;
    while (events.size() < count) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd waiting{.fd = monitor.fd(), .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
            throw std::runtime_error("only " + std::to_string(events.size()) + " events came");
        auto batch = monitor.receive();
        EXPECT_FALSE(batch.overflow);
        std::ranges::move(batch.events, std::back_inserter(events));
    }
    return events;
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

using Hotplug = Rules;

TEST_F(Hotplug, EnumerateFindsWhatWasThereAtStart) {
    const Port port = plug(UsbSerial());
    EXPECT_EQ(port.node, "/dev/ttyUSB0");
    EXPECT_EQ(port.syspath, bed.syspath("ttyUSB0"));
    EXPECT_EQ(port.property("ID_SERIAL_SHORT"), "A6001");
    EXPECT_EQ(port.property("ID_PATH"), "pci-0000:00:14.0-usb-0:1:1.0");
    EXPECT_THAT(port.links, ElementsAre("/dev/serial/by-id/usb-Cinterion_BGS2_A6001-if00-port0",
                                        "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0"));
    struct stat slave{};
    ASSERT_EQ(stat(pty.path().c_str(), &slave), 0);
    EXPECT_EQ(port.number, slave.st_rdev);
}

TEST_F(Hotplug, EnumerateListsPortsInAFixedOrderAndNoVirtualConsole) {
    const Pty second;
    const Pty console;
    auto other = UsbSerial();
    other.name = "ttyUSB1";
    other.usb_port = "1-2";
    other.serial = "A6002";
    bed.plug(other, second.path());
    bed.plug(UsbSerial(), pty.path());
    bed.plug_virtual("tty1", console.path());
    EXPECT_THAT(Monitor().enumerate(),
                ElementsAre(Field(&Port::node, "/dev/ttyUSB0"), Field(&Port::node, "/dev/ttyUSB1")));
    bed.unplug("ttyUSB1");
    bed.unplug("tty1");
}

TEST_F(Hotplug, TheMonitorSaysWhatEnumerateWouldSay) {
    Monitor monitor;
    EXPECT_THAT(monitor.enumerate(), IsEmpty());
    bed.plug(UsbSerial(), pty.path());
    const auto events = receive(monitor, 1);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().action, Action::added);
    const auto ports = monitor.enumerate();
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_EQ(events.front().port.properties, ports.front().properties);
    EXPECT_EQ(events.front().port, ports.front());
}

TEST_F(Hotplug, TheMonitorTellsOfRemoval) {
    Monitor monitor;
    bed.plug(UsbSerial(), pty.path());
    const std::string syspath = bed.syspath("ttyUSB0");
    bed.unplug("ttyUSB0");
    const auto events = receive(monitor, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].action, Action::removed);
    EXPECT_EQ(events[1].port.syspath, syspath);
    EXPECT_EQ(events[1].port.node, "/dev/ttyUSB0");
    EXPECT_EQ(events[1].port.property("ID_SERIAL_SHORT"), "A6001");
    EXPECT_THAT(monitor.enumerate(), IsEmpty());
}

TEST_F(Hotplug, AModemThatComesBackUnderAnotherNumberIsRecognizable) {
    Monitor monitor;
    bed.plug(UsbSerial(), pty.path());
    bed.renumber("ttyUSB0", "ttyUSB1");
    const auto events = receive(monitor, 3);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[1].action, Action::removed);
    EXPECT_EQ(events[2].action, Action::added);
    EXPECT_EQ(events[2].port.node, "/dev/ttyUSB1");
    EXPECT_EQ(events[2].port.links, events[0].port.links);
    EXPECT_EQ(events[2].port.property("ID_SERIAL_SHORT"), "A6001");
    EXPECT_TRUE(events[2].port.nominated());
}

TEST_F(Hotplug, ARuleThatIsAddedLaterTakesEffectOnATrigger) {
    Monitor monitor;
    bed.plug(adapter(), pty.path());
    bed.add_rules("65-local.rules", "SUBSYSTEM==\"tty\", ENV{BGS2D_PORT}=\"1\"\n");
    bed.change("ttyUSB0");
    const auto events = receive(monitor, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_FALSE(events[0].port.nominated());
    EXPECT_EQ(events[1].action, Action::changed);
    EXPECT_TRUE(events[1].port.nominated());
}

TEST_F(Hotplug, ReceiveNeverBlocksNorInvents) {
    EXPECT_EQ(Monitor().receive(), Batch());
}

TEST_F(Hotplug, FindKnowsADeviceByItsNumber) {
    const Port port = plug(UsbSerial());
    const Monitor monitor;
    EXPECT_EQ(monitor.find(port.number), port);
    bed.unplug("ttyUSB0");
    EXPECT_EQ(monitor.find(port.number), std::nullopt);
}

TEST_F(Hotplug, FindSeesAVirtualTtyToo) {
    bed.plug_virtual("ttyGS0", pty.path());
    struct stat slave{};
    ASSERT_EQ(stat(pty.path().c_str(), &slave), 0);
    const auto port = Monitor().find(slave.st_rdev);
    ASSERT_TRUE(port.has_value());
    EXPECT_EQ(port->node, "/dev/ttyGS0");
}

} // namespace
} // namespace bgs2::udev
