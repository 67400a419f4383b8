// SPDX-License-Identifier: Apache-2.0
// The monitor with the real systemd-udevd. Runs in tests/hotplug/sandbox.
#include "tests/support/pty.h"
#include "tests/support/udev_sandbox.h"
#include "udev/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <linux/netlink.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace bgs2::udev {

namespace {

using test::Pty;
using test::UdevSandbox;
using test::UsbSerial;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr std::chrono::seconds longest_wait{10};

/// Waits for `count` events.
std::vector<TtyEvent> receive(Monitor& monitor, std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + longest_wait;
    std::vector<TtyEvent> events;
    while (events.size() < count) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd waiting{.fd = monitor.fd(), .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
            throw std::runtime_error("only " + std::to_string(events.size()) + " events arrived");
        auto batch = monitor.receive();
        EXPECT_FALSE(batch.overflow);
        std::ranges::move(batch.events, std::back_inserter(events));
    }
    return events;
}

/// Sends messages to the listeners of udev that libudev ignores.
void send_noise(int count) {
    const int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
    ASSERT_GE(descriptor, 0);
    sockaddr_nl listeners{};
    listeners.nl_family = AF_NETLINK;
    listeners.nl_groups = 2; // udevd's multicast group
    const std::array<char, 4096> noise{};
    for (int i = 0; i < count; ++i)
        EXPECT_EQ(sendto(descriptor, noise.data(), noise.size(), 0,
                         reinterpret_cast<const sockaddr*>(&listeners), sizeof listeners),
                  static_cast<ssize_t>(noise.size()));
    close(descriptor);
}

class MonitorInASandbox : public testing::Test {
  protected:
    // Declared first: the pty must outlive the ports.
    Pty pty;
    UdevSandbox sandbox;
};

TEST_F(MonitorInASandbox, EnumerateFindsPortsPresentAtStart) {
    sandbox.plug(UsbSerial(), pty.path());
    const auto ports = Monitor().enumerate();
    ASSERT_EQ(ports.size(), 1U);
    const Port& port = ports.front();
    EXPECT_EQ(port.node, "/dev/ttyUSB0");
    EXPECT_EQ(port.syspath, sandbox.syspath("ttyUSB0"));
    EXPECT_THAT(port.properties, Contains(Pair("ID_SERIAL_SHORT", "A6001")));
    EXPECT_THAT(port.properties, Contains(Pair("ID_PATH", "pci-0000:00:14.0-usb-0:1:1.0")));
    EXPECT_THAT(port.links, ElementsAre("/dev/serial/by-id/usb-Cinterion_BGS2_A6001-if00-port0",
                                        "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0"));
}

TEST_F(MonitorInASandbox, EnumerateListsPortsInAFixedOrderAndNoVirtualConsole) {
    const Pty second;
    const Pty console;
    auto other = UsbSerial();
    other.name = "ttyUSB1";
    other.usb_port = "1-2";
    other.serial = "A6002";
    sandbox.plug(other, second.path());
    sandbox.plug(UsbSerial(), pty.path());
    sandbox.plug_virtual("tty1", console.path());
    EXPECT_THAT(Monitor().enumerate(),
                ElementsAre(Field(&Port::node, "/dev/ttyUSB0"), Field(&Port::node, "/dev/ttyUSB1")));
    sandbox.unplug("ttyUSB1");
    sandbox.unplug("tty1");
}

TEST_F(MonitorInASandbox, AnAddedEventMatchesEnumerate) {
    Monitor monitor;
    EXPECT_THAT(monitor.enumerate(), IsEmpty());
    sandbox.plug(UsbSerial(), pty.path());
    const auto events = receive(monitor, 1);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events.front().action, Action::added);
    const auto ports = monitor.enumerate();
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_EQ(events.front().port.properties, ports.front().properties);
    EXPECT_EQ(events.front().port, ports.front());
}

TEST_F(MonitorInASandbox, ReportsRemoval) {
    Monitor monitor;
    sandbox.plug(UsbSerial(), pty.path());
    const std::string syspath = sandbox.syspath("ttyUSB0");
    sandbox.unplug("ttyUSB0");
    const auto events = receive(monitor, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].action, Action::removed);
    EXPECT_EQ(events[1].port.syspath, syspath);
    EXPECT_EQ(events[1].port.node, "/dev/ttyUSB0");
    EXPECT_THAT(events[1].port.properties, Contains(Pair("ID_SERIAL_SHORT", "A6001")));
    EXPECT_THAT(monitor.enumerate(), IsEmpty());
}

TEST_F(MonitorInASandbox, AModemReappearingOnAnotherNodeKeepsItsLinksAndSerial) {
    Monitor monitor;
    sandbox.plug(UsbSerial(), pty.path());
    sandbox.renumber("ttyUSB0", "ttyUSB1");
    const auto events = receive(monitor, 3);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[1].action, Action::removed);
    EXPECT_EQ(events[2].action, Action::added);
    EXPECT_EQ(events[2].port.node, "/dev/ttyUSB1");
    EXPECT_EQ(events[2].port.links, events[0].port.links);
    EXPECT_THAT(events[2].port.properties, Contains(Pair("ID_SERIAL_SHORT", "A6001")));
    EXPECT_THAT(events[2].port.properties, Contains(Pair("BGS2D_PORT", "1")));
}

TEST_F(MonitorInASandbox, ARuleAddedLaterAppliesOnAChangeEvent) {
    Monitor monitor;
    UsbSerial adapter;
    adapter.vendor = "0403";
    sandbox.plug(adapter, pty.path());
    sandbox.add_rules("65-local.rules", "SUBSYSTEM==\"tty\", ENV{BGS2D_PORT}=\"1\"\n");
    sandbox.change("ttyUSB0");
    const auto events = receive(monitor, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_THAT(events[0].port.properties, Not(Contains(Pair("BGS2D_PORT", "1"))));
    EXPECT_EQ(events[1].action, Action::changed);
    EXPECT_THAT(events[1].port.properties, Contains(Pair("BGS2D_PORT", "1")));
}

TEST_F(MonitorInASandbox, ReceiveReturnsAnEmptyBatchWithoutBlocking) {
    EXPECT_EQ(Monitor().receive(), Batch());
}

TEST_F(MonitorInASandbox, KnowsADeviceByItsNumber) {
    sandbox.plug(UsbSerial(), pty.path());
    struct stat slave{};
    ASSERT_EQ(stat(pty.path().c_str(), &slave), 0);
    const Monitor monitor;
    EXPECT_TRUE(monitor.knows(slave.st_rdev));
    sandbox.unplug("ttyUSB0");
    EXPECT_FALSE(monitor.knows(slave.st_rdev));
}

TEST_F(MonitorInASandbox, DoesNotKnowAnUnreportedVirtualTty) {
    sandbox.plug_virtual("ttyGS0", pty.path());
    struct stat slave{};
    ASSERT_EQ(stat(pty.path().c_str(), &slave), 0);
    EXPECT_FALSE(Monitor().knows(slave.st_rdev));
}

TEST_F(MonitorInASandbox, ReceivesEventsAfterAnInvalidMessage) {
    Monitor monitor;
    send_noise(1);
    sandbox.plug(UsbSerial(), pty.path());
    const Batch batch = monitor.receive();
    EXPECT_FALSE(batch.overflow);
    EXPECT_THAT(batch.events, ElementsAre(Field(&TtyEvent::action, Action::added)));
}

TEST_F(MonitorInASandbox, ReportsAnOverflowOnce) {
    Monitor monitor;
    send_noise(4096); // 16 MiB, twice the size of the buffer
    EXPECT_TRUE(monitor.receive().overflow);
    EXPECT_EQ(monitor.receive(), Batch());
}

} // namespace
} // namespace bgs2::udev
