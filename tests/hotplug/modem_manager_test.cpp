// SPDX-License-Identifier: Apache-2.0
// A port that both bgs2d and the real ModemManager use, with polkit and the bus policies of both. Runs in
// tests/hotplug/sandbox.
#include "tests/integration/certificates.h"
#include "tests/support/accounts.h"
#include "tests/support/process.h"
#include "tests/support/udev_sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* modem_manager_program = "/usr/sbin/ModemManager";
constexpr const char* modem_manager_bus_name = "org.freedesktop.ModemManager1";
constexpr const char* adapter_entry = "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\" }\n";
constexpr const char* inhibited_message = "ModemManager is inhibited for /sys/";

std::size_t occurrences(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
        ++count;
    return count;
}

/// A modem behind an adapter that ModemManager probes.
class ModemManagerTest : public testing::Test {
  protected:
    explicit ModemManagerTest(Authorities authorities = Authorities::polkit)
      : gateway_({}, authorities) {}

    void SetUp() override {
        if (!std::filesystem::exists(modem_manager_program))
            GTEST_SKIP() << "SKIPPED: there is no ModemManager (package modemmanager)";
        gateway_.write_policy("10-client", client_policy(gateway_));
        gateway_.write("bgs2d.toml", adapter_entry);
        // MODE: the accounts have no group with access. ENV: by default, ModemManager ignores generic
        // adapters.
        sandbox_.add_rules("75-local.rules",
                           "SUBSYSTEM==\"tty\", MODE=\"0666\", ENV{ID_MM_DEVICE_PROCESS}=\"1\"\n");
        plug("ttyUSB0");
    }

    /// Adds a port with a modem to the adapter.
    void plug(const std::string& name, const std::vector<std::string>& arguments = {}) {
        gateway_.plug(name, arguments);
        const std::string link = gateway_.path(name);
        if (!gateway_.eventually([&] { return std::filesystem::is_symlink(link); }))
            throw std::runtime_error("bgs2sim does not start");
        UsbSerial adapter;
        adapter.name = name;
        adapter.vendor = "0403";
        sandbox_.plug(adapter, std::filesystem::read_symlink(link));
    }

    void start_modem_manager() {
        modem_manager_.emplace(
            std::vector<std::string>{modem_manager_program, "--debug",
                                     "--log-file=" + gateway_.path("modem-manager.log")},
            Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()},
                             .output = gateway_.path("modem-manager.output")});
    }

    /// The number of modems of ModemManager; nothing if it is not on the bus.
    std::optional<std::size_t> modems() {
        std::map<sdbus::ObjectPath, std::map<std::string, Gateway::Dictionary>> objects;
        const auto connection = sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
        try {
            sdbus::createProxy(*connection, modem_manager_bus_name, "/org/freedesktop/ModemManager1")
                ->callMethod("GetManagedObjects")
                .onInterface("org.freedesktop.DBus.ObjectManager")
                .storeResultsTo(objects);
        } catch (const sdbus::Error&) {
            return std::nullopt;
        }
        return objects.size();
    }
    bool shows_modems(std::size_t count) {
        return gateway_.eventually([&] { return modems() == count; });
    }

    std::string modem_manager_log() {
        std::ifstream file(gateway_.path("modem-manager.log"));
        return {std::istreambuf_iterator(file), {}};
    }
    std::string logs() { return gateway_.log() + modem_manager_log(); }

    bool inhibited() {
        std::vector<Gateway::Dictionary> ports;
        gateway_.manager().callMethod("ListPorts").onInterface("io.bgs2d1.Manager").storeResultsTo(ports);
        return std::ranges::any_of(
            ports, [](const auto& port) { return port.at("inhibited").template get<bool>(); });
    }

    Gateway gateway_;
    std::optional<Process> modem_manager_;
    UdevSandbox sandbox_;
};

TEST_F(ModemManagerTest, IsInhibitedWhileTheDaemonUsesThePort) {
    start_modem_manager();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_TRUE(inhibited());
    EXPECT_EQ(modems(), 0U) << logs();
    gateway_.write("bgs2d.toml", "");
    gateway_.reload();
    EXPECT_TRUE(shows_modems(1)) << logs();
    EXPECT_FALSE(inhibited());
}

TEST_F(ModemManagerTest, IsAskedOnceForAllPortsOfADevice) {
    constexpr const char* other = "356938035643800";
    plug("ttyUSB1", {"--imei", other});
    start_modem_manager();
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
    EXPECT_EQ(occurrences(modem_manager_log(), "device inhibition setup"), 1U) << logs();
    EXPECT_EQ(occurrences(modem_manager_log(), "device inhibition teardown"), 1U) << logs();
}

TEST_F(ModemManagerTest, RegainsThePortWhenTheDaemonIsKilled) {
    start_modem_manager();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    ASSERT_EQ(modems(), 0U) << logs();
    gateway_.daemon().signal(SIGKILL);
    EXPECT_TRUE(shows_modems(1)) << logs();
}

TEST_F(ModemManagerTest, IsInhibitedOnceItsProbingEnds) {
    start_modem_manager();
    ASSERT_TRUE(gateway_.eventually([&] {
        return modem_manager_log().find("launching port probing") != std::string::npos;
    })) << modem_manager_log();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr("ModemManager is probing /sys/"));
    EXPECT_THAT(gateway_.log(), HasSubstr(inhibited_message));
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("warning")));
    EXPECT_EQ(modems(), 0U) << logs();
}

TEST_F(ModemManagerTest, IsInhibitedWhenItStartsLaterAndWhenItRestarts) {
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("ModemManager")));
    for (const std::size_t time : {1U, 2U}) {
        start_modem_manager();
        ASSERT_TRUE(gateway_.eventually([&] {
            return occurrences(gateway_.log(), inhibited_message) == time;
        })) << logs();
        ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
        EXPECT_EQ(modems(), 0U) << logs();
        EXPECT_TRUE(inhibited());
        modem_manager_.reset();
        EXPECT_TRUE(gateway_.eventually([&] { return !inhibited(); }));
    }
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("warning")));
    EXPECT_EQ(gateway_.frames("ttyUSB0"), 2U);
}

TEST_F(ModemManagerTest, IsInhibitedForAMarkedPortThatItAlreadyUses) {
    start_modem_manager();
    ASSERT_TRUE(shows_modems(1)) << logs();
    sandbox_.configure(adapter_entry);
    sandbox_.change("ttyUSB0"); // ModemManager ignores this event
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr(inhibited_message));
    EXPECT_EQ(modems(), 0U) << logs();
}

TEST_F(ModemManagerTest, StaysInhibitedWhenAPortInUseIsMarked) {
    start_modem_manager();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    sandbox_.configure(adapter_entry);
    sandbox_.change("ttyUSB0");
    ASSERT_TRUE(gateway_.eventually([&] { return occurrences(gateway_.log(), ": named by") == 2; }));
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(modem_manager_log(), Not(HasSubstr("inhibition teardown")));
    EXPECT_EQ(modems(), 0U) << logs();
}

TEST_F(ModemManagerTest, IgnoresAMarkedPortAndIsNotInhibited) {
    sandbox_.configure(adapter_entry);
    sandbox_.change("ttyUSB0");
    start_modem_manager();
    ASSERT_TRUE(shows_modems(0)) << logs();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("ModemManager")));
    EXPECT_FALSE(inhibited());
}

TEST_F(ModemManagerTest, IsNotStarted) {
    const std::string sign = gateway_.path("started");
    std::filesystem::create_directories(gateway_.path("services"));
    gateway_.write("services/org.freedesktop.ModemManager1.service",
                   "[D-BUS Service]\nName=org.freedesktop.ModemManager1\nUser=root\nExec=/bin/sh -c 'touch " +
                       sign + "; exit 1'\n");
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_FALSE(std::filesystem::exists(sign));
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("ModemManager")));
    EXPECT_EQ(modems(), std::nullopt);
    EXPECT_TRUE(std::filesystem::exists(sign)) << "it could have been started";
}

class ModemManagerWithoutPolkitTest : public ModemManagerTest {
  protected:
    ModemManagerWithoutPolkitTest()
      : ModemManagerTest(Authorities::group) {}
};

TEST_F(ModemManagerWithoutPolkitTest, DeniesTheInhibitionAndAWarningIsLogged) {
    start_modem_manager();
    ASSERT_TRUE(shows_modems(1)) << logs();
    gateway_.start();
    EXPECT_TRUE(gateway_.becomes("compliant")) << logs();
    EXPECT_THAT(gateway_.log(), HasSubstr("warning: cannot inhibit ModemManager for /sys/"));
    EXPECT_THAT(gateway_.log(), HasSubstr("org.freedesktop.ModemManager1.Control"));
    EXPECT_FALSE(inhibited());
}

} // namespace
} // namespace bgs2::test
