// SPDX-License-Identifier: Apache-2.0
// The use of a device by the real ModemManager, as bgs2d sees it. Runs in tests/hotplug/sandbox.
#include "dbus/modem_manager.h"
#include "dbus/pump.h"
#include "tests/hotplug/modem_manager.h"
#include "tests/support/gateway.h"
#include "tests/support/udev_sandbox.h"
#include "udev/monitor.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The module under test on the bus of a gateway, with root's rights.
class DeviceUseTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!ModemManagerProgram::installed())
            GTEST_SKIP() << "SKIPPED: there is no ModemManager (package modemmanager)";
    }
    void TearDown() override {
        if (inhibitor_)
            inhibitor_->stop();
    }

    void watch() {
        connection_ = sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
        pump_.emplace(
            loop_.get_executor(), *connection_, [](const std::string& why) { FAIL() << why; }, log_);
        inhibitor_ = std::make_shared<dbus::ModemManager>(
            *connection_,
            dbus::ReplyContext{.executor = loop_.get_executor(),
                               .sent = [this] { pump_->arm(); },
                               .failed = [](const auto& what, const auto& e) { FAIL() << what << e.what(); }},
            log_, [](const std::string&) {}, [this] { ++changes_; });
        pump_->arm();
    }

    /// Adds a port with a modem to the device.
    PortInfo plug(const std::string& name, const std::string& interface, std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--registered", "--peer", "cat"});
        gateway_.plug(name, arguments);
        if (!gateway_.eventually([&] { return std::filesystem::is_symlink(gateway_.path(name)); }))
            throw std::runtime_error("bgs2sim does not start");
        add(name, interface);
        for (const auto& port : udev::Monitor().enumerate()) {
            if (port.node == "/dev/" + name)
                return {.device = port.node,
                        .links = port.links,
                        .properties = {port.properties.begin(), port.properties.end()},
                        .physical_device = port.physical_device};
        }
        throw std::runtime_error("udev does not list " + name);
    }

    void add(const std::string& name, const std::string& interface) {
        UsbSerial device;
        device.name = name;
        device.interface = interface;
        sandbox_.plug(device, std::filesystem::read_symlink(gateway_.path(name)));
    }

    template<class Value>
    Value result_of(asio::awaitable<Value> work) {
        std::optional<Value> result;
        asio::co_spawn(loop_, std::move(work), [&](const std::exception_ptr& error, Value value) {
            if (error)
                std::rethrow_exception(error);
            result = std::move(value);
        });
        if (!runs_until([&] { return result.has_value(); }))
            throw std::runtime_error("no result in time");
        return std::move(*result);
    }
    bool runs_until(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            loop_.run_one_for(100ms);
        }
        return true;
    }
    DeviceUse use_of(const PortInfo& port) { return result_of(inhibitor_->use_of(port)); }

    std::string logs() { return modem_manager_.log(); }

    Gateway gateway_{{}, Authorities::polkit};
    ModemManagerProgram modem_manager_{gateway_};
    UdevSandbox sandbox_;
    Log log_{[](LogLevel, std::string_view message, const LogFields&) { GTEST_LOG_(INFO) << message; },
             LogLevel::debug};
    asio::io_context loop_{1};
    unsigned changes_ = 0;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::optional<dbus::Pump> pump_;
    std::shared_ptr<dbus::ModemManager> inhibitor_;
};

TEST_F(DeviceUseTest, IsNoneWithoutModemManager) {
    const auto port = plug("ttyUSB0", "00", {});
    watch();
    EXPECT_EQ(use_of(port), DeviceUse{});
}

TEST_F(DeviceUseTest, ShowsTheModemAndItsConnection) {
    const auto port = plug("ttyUSB0", "00", {});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    watch();
    EXPECT_EQ(use_of(port), (DeviceUse{.managed = true, .connected = false, .has_port = true}));
    EXPECT_THAT(modem_manager_.open_ports(), IsEmpty());
    ASSERT_EQ(modem_manager_.connect(), "") << logs();
    EXPECT_EQ(use_of(port), (DeviceUse{.managed = true, .connected = true, .has_port = true}));
    EXPECT_THAT(modem_manager_.open_ports(), ElementsAre("/dev/ttyUSB0"));
}

TEST_F(DeviceUseTest, ReportsTheEndOfAConnectionAndOfModemManager) {
    const auto port = plug("ttyUSB0", "00", {});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    ASSERT_EQ(modem_manager_.connect(), "") << logs();
    watch();
    ASSERT_TRUE(use_of(port).connected);
    auto before = changes_;
    ASSERT_EQ(modem_manager_.disconnect(), "") << logs();
    EXPECT_TRUE(runs_until([&] { return changes_ > before; }));
    EXPECT_EQ(use_of(port), (DeviceUse{.managed = true, .connected = false, .has_port = true}));
    before = changes_;
    modem_manager_.stop();
    EXPECT_TRUE(runs_until([&] { return changes_ > before && !use_of(port).managed; }));
}

TEST_F(DeviceUseTest, IsUnknownWhileModemManagerDoesNotAnswer) {
    const auto port = plug("ttyUSB0", "00", {});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    watch();
    ASSERT_TRUE(use_of(port).managed);
    modem_manager_.signal(SIGSTOP);
    EXPECT_EQ(use_of(port), DeviceUse{.unknown = true});
    const auto before = changes_;
    modem_manager_.signal(SIGCONT);
    EXPECT_TRUE(runs_until([&] { return changes_ > before; })) << "it is asked again";
    EXPECT_EQ(use_of(port), (DeviceUse{.managed = true, .connected = false, .has_port = true}));
}

TEST_F(DeviceUseTest, IsNoneWhenModemManagerEndsWithoutAnAnswer) {
    const auto port = plug("ttyUSB0", "00", {});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    watch();
    ASSERT_TRUE(use_of(port).managed);
    modem_manager_.signal(SIGSTOP);
    asio::steady_timer later(loop_, 500ms);
    later.async_wait([&](std::error_code) { modem_manager_.signal(SIGKILL); });
    EXPECT_EQ(use_of(port), DeviceUse{});
}

// An enabled modem of ModemManager has both AT ports of a module, unless a rule reserves one.
TEST_F(DeviceUseTest, LeavesAPortAloneThatARuleReserves) {
    sandbox_.add_rules("71-local.rules", "SUBSYSTEM==\"tty\", ENV{ID_USB_INTERFACE_NUM}==\"02\", "
                                         "ENV{ID_MM_PORT_IGNORE}=\"1\"\n");
    const auto port = plug("ttyUSB0", "00", {});
    const auto reserved = plug("ttyUSB1", "02", {});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    watch();
    ASSERT_EQ(modem_manager_.connect(), "") << logs();
    EXPECT_EQ(use_of(port), (DeviceUse{.managed = true, .connected = true, .has_port = true}));
    EXPECT_EQ(use_of(reserved), (DeviceUse{.managed = true, .connected = true, .has_port = false}));
    EXPECT_THAT(modem_manager_.open_ports(), ElementsAre("/dev/ttyUSB0"));
    EXPECT_THAT(gateway_.modem_log("ttyUSB1"), Not(HasSubstr("command")));
}

TEST_F(DeviceUseTest, TakesBothPortsOfAModuleOtherwise) {
    const auto port = plug("ttyUSB0", "00", {"--port-use", "3"});
    const auto second = plug("ttyUSB1", "02", {"--port-use", "4"});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    watch();
    ASSERT_EQ(modem_manager_.connect(), "") << logs();
    EXPECT_TRUE(use_of(port).has_port);
    EXPECT_TRUE(use_of(second).has_port);
    EXPECT_THAT(modem_manager_.open_ports(), ElementsAre("/dev/ttyUSB0", "/dev/ttyUSB1"));
}

TEST_F(DeviceUseTest, EndsWithAnInhibitionAndReturnsAfterIt) {
    const auto port = plug("ttyUSB0", "00", {});
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(1)) << logs();
    watch();
    auto inhibition = result_of(inhibitor_->inhibit(port, false));
    ASSERT_TRUE(inhibition && inhibition->active()) << logs();
    EXPECT_EQ(use_of(port), DeviceUse{});
    inhibition.reset();
    EXPECT_TRUE(runs_until([&] { return use_of(port).managed; })) << logs();
}

TEST_F(DeviceUseTest, IsPreventedForANewDeviceThatModemManagerHearsOfLater) {
    auto port = plug("ttyUSB0", "00", {});
    sandbox_.unplug("ttyUSB0");
    modem_manager_.start();
    ASSERT_TRUE(modem_manager_.shows_modems(0)) << logs();
    watch();
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    port.properties["USEC_INITIALIZED"] = std::to_string(now / 1us);
    asio::steady_timer later(loop_, 500ms);
    later.async_wait([&](std::error_code) { add("ttyUSB0", "00"); });
    const auto inhibition = result_of(inhibitor_->inhibit(port, false));
    ASSERT_TRUE(inhibition && inhibition->active()) << logs();
    EXPECT_EQ(modem_manager_.modems(), 0U);
    EXPECT_THAT(modem_manager_.open_ports(), IsEmpty());
}

} // namespace
} // namespace bgs2::test
