// SPDX-License-Identifier: Apache-2.0
// A port that both bgs2d and the real ModemManager use, with polkit and the bus policies of both. Runs in
// tests/hotplug/sandbox.
#include "tests/hotplug/modem_manager.h"
#include "tests/integration/certificates.h"
#include "tests/support/udev_sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* adapter_entry = "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\" }\n";
constexpr std::int32_t connected_state = 11; // MM_MODEM_STATE_CONNECTED
/// The arguments of a modem that ModemManager can connect.
const std::vector<std::string> connects{"--registered", "--peer", "cat"};

constexpr const char* inhibited_message = "ModemManager is inhibited for /sys/";

std::size_t occurrences(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
        ++count;
    return count;
}

/// Keeps the port, as long as the modem is there.
constexpr std::string_view keep_the_port = "[port]\nuse = \"keep\"\n\n";

/// A modem that ModemManager probes as well.
class ModemManagerTest : public testing::Test {
  protected:
    explicit ModemManagerTest(Authorities authorities = Authorities::polkit)
      : gateway_({}, authorities) {}

    void SetUp() override {
        if (!ModemManagerProgram::installed())
            GTEST_SKIP() << "SKIPPED: there is no ModemManager (package modemmanager)";
        // MODE: the accounts have no group with access. ENV: by default, ModemManager ignores generic
        // adapters.
        sandbox_.add_rules("75-local.rules",
                           "SUBSYSTEM==\"tty\", MODE=\"0666\", ENV{ID_MM_DEVICE_PROCESS}=\"1\"\n");
    }

    /// Adds a port with a modem to the device.
    void plug(UsbSerial device, const std::vector<std::string>& arguments = {}) {
        gateway_.plug(device.name, arguments);
        const std::string link = gateway_.path(device.name);
        if (!gateway_.eventually([&] { return std::filesystem::is_symlink(link); }))
            throw std::runtime_error("bgs2sim does not start");
        sandbox_.plug(device, std::filesystem::read_symlink(link));
    }

    std::string logs() { return gateway_.log() + modem_manager_.log(); }

    Gateway::Dictionary port(const std::string& device) {
        std::vector<Gateway::Dictionary> ports;
        gateway_.manager().callMethod("ListPorts").onInterface("io.bgs2d1.Manager").storeResultsTo(ports);
        for (const auto& port : ports) {
            if (port.at("device").get<std::string>() == device)
                return port;
        }
        throw std::runtime_error(device + " is not listed");
    }

    Gateway gateway_;
    ModemManagerProgram modem_manager_{gateway_};
    UdevSandbox sandbox_;
};

// ---- a port that is borrowed: an AT port of a module, which the shipped rules mark

class BorrowedPort : public ModemManagerTest {
  protected:
    void SetUp() override {
        ModemManagerTest::SetUp();
        if (IsSkipped())
            return;
        gateway_.write_policy("10-client", client_policy(gateway_));
        plug(UsbSerial(), connects);
    }
    bool waits(const std::string& device = "/dev/ttyUSB0") {
        return gateway_.eventually([&] { return port(device).at("use").get<std::string>() == "waiting"; });
    }
};

TEST_F(BorrowedPort, ReturnsToModemManagerWhenTheWorkIsDone) {
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr(inhibited_message));
    EXPECT_TRUE(modem_manager_.shows_modems(1)) << logs();
    EXPECT_EQ(gateway_.property("State"), "compliant") << "while ModemManager has the modem";
    EXPECT_EQ(modem_manager_.connect(), "") << logs();
    EXPECT_FALSE(port("/dev/ttyUSB0").at("inhibited").get<bool>());
}

TEST_F(BorrowedPort, WaitsForTheEndOfAConnection) {
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    ASSERT_EQ(modem_manager_.connect(), "") << logs();
    gateway_.start();
    ASSERT_TRUE(waits()) << logs();
    EXPECT_THAT(port("/dev/ttyUSB0").at("holder").get<std::string>(), HasSubstr("ModemManager"));
    EXPECT_EQ(modem_manager_.state(), connected_state) << logs();
    EXPECT_THAT(gateway_.modem_log("ttyUSB0"), Not(HasSubstr("AT^SBN")));
    EXPECT_THAT(modem_manager_.log(), Not(HasSubstr("device inhibition setup")));
    ASSERT_EQ(modem_manager_.disconnect(), "") << logs();
    EXPECT_TRUE(gateway_.becomes("compliant")) << logs();
}

TEST_F(BorrowedPort, IsTheOneThatARuleReserves) {
    sandbox_.add_rules("71-local.rules", "SUBSYSTEM==\"tty\", ENV{ID_USB_INTERFACE_NUM}==\"02\", "
                                         "ENV{ID_MM_PORT_IGNORE}=\"1\"\n");
    UsbSerial reserved;
    reserved.name = "ttyUSB1";
    reserved.interface = "02";
    plug(reserved, connects);
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    ASSERT_EQ(modem_manager_.connect(), "") << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_EQ(gateway_.property("Port"), "/dev/ttyUSB1");
    EXPECT_EQ(modem_manager_.state(), connected_state) << logs();
    EXPECT_THAT(gateway_.modem_log("ttyUSB0"), Not(HasSubstr("AT^SBN")));
    EXPECT_THAT(modem_manager_.log(), Not(HasSubstr("device inhibition setup")));
}

// ---- a port that is kept: an adapter that bgs2d.toml names

class KeptPort : public ModemManagerTest {
  protected:
    using ModemManagerTest::ModemManagerTest;

    void SetUp() override {
        ModemManagerTest::SetUp();
        if (IsSkipped())
            return;
        gateway_.write_policy("10-client", std::string(keep_the_port) + client_policy(gateway_));
        gateway_.write("bgs2d.toml", adapter_entry);
        plug(adapter("ttyUSB0"));
    }
    static UsbSerial adapter(const std::string& name) {
        UsbSerial adapter;
        adapter.name = name;
        adapter.vendor = "0403";
        return adapter;
    }
    /// Lets ModemManager ignore the port from its next event on.
    void mark() {
        sandbox_.add_rules("71-local.rules",
                           "SUBSYSTEM==\"tty\", ENV{ID_VENDOR_ID}==\"0403\", ENV{ID_MM_PORT_IGNORE}=\"1\"\n");
        sandbox_.change("ttyUSB0");
    }
    bool inhibited() {
        std::vector<Gateway::Dictionary> ports;
        gateway_.manager().callMethod("ListPorts").onInterface("io.bgs2d1.Manager").storeResultsTo(ports);
        return std::ranges::any_of(
            ports, [](const auto& port) { return port.at("inhibited").template get<bool>(); });
    }
    bool shows_modems(std::size_t count) { return modem_manager_.shows_modems(count); }
};

TEST_F(KeptPort, IsInhibitedWhileTheDaemonUsesThePort) {
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_TRUE(inhibited());
    EXPECT_EQ(modem_manager_.modems(), 0U) << logs();
    gateway_.write("bgs2d.toml", "");
    gateway_.reload();
    EXPECT_TRUE(shows_modems(1)) << logs();
    EXPECT_FALSE(inhibited());
}

TEST_F(KeptPort, IsAskedOnceForAllPortsOfADevice) {
    constexpr const char* other = "356938035643800";
    plug(adapter("ttyUSB1"), {"--imei", other});
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    ASSERT_TRUE(gateway_.becomes("compliant", other)) << logs();
    gateway_.write("bgs2d.toml", "[[port]]\ndevice = \"/dev/ttyUSB1\"\n");
    gateway_.reload();
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.property("State").empty(); })) << logs();
    gateway_.write("bgs2d.toml", "");
    gateway_.reload();
    EXPECT_TRUE(shows_modems(1)) << logs();
    EXPECT_EQ(occurrences(modem_manager_.log(), "device inhibition setup"), 1U) << logs();
    EXPECT_EQ(occurrences(modem_manager_.log(), "device inhibition teardown"), 1U) << logs();
}

TEST_F(KeptPort, RegainsThePortWhenTheDaemonIsKilled) {
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    ASSERT_EQ(modem_manager_.modems(), 0U) << logs();
    gateway_.daemon().signal(SIGKILL);
    EXPECT_TRUE(shows_modems(1)) << logs();
}

TEST_F(KeptPort, IsInhibitedOnceItsProbingEnds) {
    modem_manager_.start();
    ASSERT_TRUE(gateway_.eventually([&] {
        return modem_manager_.log().find("launching port probing") != std::string::npos;
    })) << modem_manager_.log();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr("ModemManager is probing /sys/"));
    EXPECT_THAT(gateway_.log(), HasSubstr(inhibited_message));
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("warning")));
    EXPECT_EQ(modem_manager_.modems(), 0U) << logs();
}

TEST_F(KeptPort, IsInhibitedWhenItStartsLaterAndWhenItRestarts) {
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("ModemManager")));
    for (const std::size_t time : {1U, 2U}) {
        modem_manager_.start();
        ASSERT_TRUE(gateway_.eventually([&] {
            return occurrences(gateway_.log(), inhibited_message) == time;
        })) << logs();
        ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
        EXPECT_EQ(modem_manager_.modems(), 0U) << logs();
        EXPECT_TRUE(inhibited());
        modem_manager_.stop();
        EXPECT_TRUE(gateway_.eventually([&] { return !inhibited(); }));
    }
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("warning")));
    EXPECT_EQ(gateway_.frames("ttyUSB0"), 2U);
}

TEST_F(KeptPort, IsInhibitedForAMarkedPortThatItAlreadyUses) {
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(1)) << logs();
    mark(); // ModemManager ignores this event
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr(inhibited_message));
    EXPECT_EQ(modem_manager_.modems(), 0U) << logs();
}

TEST_F(KeptPort, StaysInhibitedWhenAPortInUseIsMarked) {
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    mark();
    ASSERT_TRUE(gateway_.eventually([&] { return occurrences(gateway_.log(), ": named by") == 2; }));
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(modem_manager_.log(), Not(HasSubstr("inhibition teardown")));
    EXPECT_EQ(modem_manager_.modems(), 0U) << logs();
}

TEST_F(KeptPort, IgnoresAMarkedPortAndIsNotInhibited) {
    mark();
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(0)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("ModemManager")));
    EXPECT_FALSE(inhibited());
}

TEST_F(KeptPort, IsNotStarted) {
    const std::string sign = gateway_.path("started");
    std::filesystem::create_directories(gateway_.path("services"));
    gateway_.write("services/org.freedesktop.ModemManager1.service",
                   "[D-BUS Service]\nName=org.freedesktop.ModemManager1\nUser=root\nExec=/bin/sh -c 'touch " +
                       sign + "; exit 1'\n");
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_FALSE(std::filesystem::exists(sign));
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("ModemManager")));
    EXPECT_EQ(modem_manager_.modems(), std::nullopt);
    EXPECT_TRUE(std::filesystem::exists(sign)) << "it could have been started";
}

class KeptPortWithoutPolkit : public KeptPort {
  protected:
    KeptPortWithoutPolkit()
      : KeptPort(Authorities::group) {}
};

TEST_F(KeptPortWithoutPolkit, DeniesTheInhibitionAndAWarningIsLogged) {
    modem_manager_.start();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    EXPECT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr("warning: cannot inhibit ModemManager for /sys/"));
    EXPECT_THAT(gateway_.log(), HasSubstr("org.freedesktop.ModemManager1.Control"));
    EXPECT_FALSE(inhibited());
}

} // namespace
} // namespace bgs2::test
