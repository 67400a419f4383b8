// SPDX-License-Identifier: Apache-2.0
// Against the real libudev, with the devices that libumockdev-preload.so shows it.
#include "udev/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <umockdev.h>

namespace bgs2::udev {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Pair;

struct Unref {
    void operator()(UMockdevTestbed* testbed) const { g_object_unref(testbed); }
};

class MonitorTest : public testing::Test {
  protected:
    void SetUp() override {
        // In this order: without a testbed umockdev looks at the real /sys, and sees nothing mocked.
        sandbox_.reset(umockdev_testbed_new());
        if (umockdev_in_mock_environment() == FALSE)
            GTEST_SKIP() << "run with LD_PRELOAD=libumockdev-preload.so.0, as ctest does";
        // umockdev makes up /sys and the events, but udev's database is read from the real /run.
        if (unshare(CLONE_NEWNS) != 0)
            GTEST_SKIP() << "no mount namespace of one's own here: " << strerror(errno);
        ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0) << strerror(errno);
        ASSERT_EQ(mount("run", "/run", "tmpfs", 0, nullptr), 0) << strerror(errno);
        std::filesystem::create_directories("/run/udev/data");
    }

    std::string add(const std::string& subsystem, const std::string& name, const std::string& parent,
                    unsigned major = 0, unsigned minor = 0) {
        const std::string number = std::to_string(major) + ":" + std::to_string(minor);
        const std::unique_ptr<gchar, decltype(&g_free)> syspath(
            umockdev_testbed_add_device(
                sandbox_.get(), subsystem.c_str(), name.c_str(), parent.empty() ? nullptr : parent.c_str(),
                "dev", number.c_str(), nullptr, "DEVNAME", ("/dev/" + name).c_str(), "MAJOR",
                std::to_string(major).c_str(), "MINOR", std::to_string(minor).c_str(), nullptr),
            &g_free);
        EXPECT_NE(syspath, nullptr) << name;
        return syspath == nullptr ? std::string() : std::string(syspath.get());
    }

    std::string add_usb() { return add("usb", "1-1", "", 189, 1); }
    std::string add_tty(const std::string& name, const std::string& parent, unsigned minor) {
        return add("tty", name, parent, 188, minor);
    }

    /// What udevd writes when it is done with a device.
    static void finish(unsigned minor, const std::string& lines = {}) {
        std::ofstream database("/run/udev/data/c188:" + std::to_string(minor));
        database << "I:1000\n" << lines;
    }

    void send(const std::string& syspath, const char* action) {
        umockdev_testbed_uevent(sandbox_.get(), syspath.c_str(), action);
    }

    /// Waits for something to come; a batch that is empty says that nothing did.
    static Batch receive(Monitor& monitor) {
        pollfd waiting{.fd = monitor.fd(), .events = POLLIN, .revents = 0};
        EXPECT_EQ(poll(&waiting, 1, 10'000), 1);
        return monitor.receive();
    }

  private:
    std::unique_ptr<UMockdevTestbed, Unref> sandbox_;
};

TEST_F(MonitorTest, ListsAPortWithItsNodeLinksAndProperties) {
    const std::string tty = add_tty("ttyUSB0", add_usb(), 0);
    finish(0, "S:serial/by-id/b\nS:serial/by-id/a\nE:ID_SERIAL_SHORT=A6001\nE:BGS2D_PORT=1\n");
    const auto ports = Monitor().enumerate();
    ASSERT_EQ(ports.size(), 1U);
    const Port& port = ports.front();
    EXPECT_EQ(port.node, "/dev/ttyUSB0");
    EXPECT_EQ(port.syspath, tty);
    EXPECT_THAT(port.links, ElementsAre("/dev/serial/by-id/a", "/dev/serial/by-id/b"));
    EXPECT_THAT(port.properties, Contains(Pair("ID_SERIAL_SHORT", "A6001")));
    EXPECT_FALSE(port.properties.contains("ID_PATH"));
    EXPECT_THAT(port.properties, Contains(Pair("BGS2D_PORT", "1")));
}

TEST_F(MonitorTest, IgnoresDevicesThatUdevHasNotInitialized) {
    add_tty("ttyUSB0", add_usb(), 0);
    const Monitor monitor;
    EXPECT_THAT(monitor.enumerate(), IsEmpty());
    finish(0);
    EXPECT_THAT(monitor.enumerate(), ElementsAre(Field(&Port::node, "/dev/ttyUSB0")));
}

TEST_F(MonitorTest, IgnoresATtyWithoutHardware) {
    add_tty("tty1", "", 0);
    add_tty("console", "", 1);
    finish(0);
    finish(1);
    EXPECT_THAT(Monitor().enumerate(), IsEmpty());
}

TEST_F(MonitorTest, IgnoresOtherSubsystems) {
    add("hidraw", "hidraw0", add_usb(), 188, 0);
    finish(0);
    EXPECT_THAT(Monitor().enumerate(), IsEmpty());
}

TEST_F(MonitorTest, ReportsAddedChangedAndRemovedPorts) {
    Monitor monitor;
    const std::string tty = add_tty("ttyUSB0", add_usb(), 0);
    EXPECT_THAT(receive(monitor).events, ElementsAre(Field(&TtyEvent::action, Action::added)));
    send(tty, "change");
    EXPECT_THAT(receive(monitor).events, ElementsAre(Field(&TtyEvent::action, Action::changed)));
    send(tty, "remove");
    const auto gone = receive(monitor).events;
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone.front().action, Action::removed);
    EXPECT_EQ(gone.front().port.syspath, tty);
}

TEST_F(MonitorTest, IgnoresEventsOfOtherSubsystemsAndOfTtysWithoutHardware) {
    Monitor monitor;
    add_tty("tty1", "", 1);
    add_tty("ttyUSB0", add_usb(), 0);
    EXPECT_THAT(receive(monitor).events,
                ElementsAre(Field(&TtyEvent::port, Field(&Port::node, "/dev/ttyUSB0"))));
}

} // namespace
} // namespace bgs2::udev
