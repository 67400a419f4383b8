// SPDX-License-Identifier: Apache-2.0
// Hot-plug with bgs2d, the real systemd-udevd and the shipped rules. Runs in tests/hotplug/sandbox.
#include "tests/integration/certificates.h"
#include "tests/support/pty.h"
#include "tests/support/udev_sandbox.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class HotPlug : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", client_policy(gateway_));
        gateway_.start();
    }

    /// Starts a simulated modem and returns the path of its pty.
    std::string start_modem(const std::string& name, const std::vector<std::string>& arguments = {}) {
        gateway_.plug(name, arguments);
        const std::string link = gateway_.path(name);
        if (!gateway_.eventually([&] { return std::filesystem::is_symlink(link); }))
            throw std::runtime_error("bgs2sim does not start");
        return std::filesystem::read_symlink(link);
    }

    Gateway::Dictionary port(const std::string& device) {
        std::vector<Gateway::Dictionary> ports;
        gateway_.manager().callMethod("ListPorts").onInterface("io.bgs2d1.Manager").storeResultsTo(ports);
        for (const auto& port : ports) {
            if (port.at("device").get<std::string>() == device)
                return port;
        }
        throw std::runtime_error(device + " is not listed");
    }

    Gateway gateway_{{}}; // bgs2d.toml contains no [[port]]
    UdevSandbox sandbox_;
};

UsbSerial cinterion(const std::string& name) {
    UsbSerial device;
    device.name = name;
    device.vendor = "1e2d";
    return device;
}

TEST_F(HotPlug, ACinterionDeviceIsProvisionedByTheShippedRuleAlone) {
    sandbox_.plug(cinterion("ttyUSB0"), start_modem("modem"));
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.property("Port"), "/dev/ttyUSB0");
    EXPECT_EQ(gateway_.thumbprint(1), certificate_authority().certificate().fingerprint());
    sandbox_.unplug("ttyUSB0");
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("State").empty(); })) << gateway_.log();
}

TEST_F(HotPlug, AChangeOfItsPropertiesDoesNotMakeBgs2dItsOwnRival) {
    sandbox_.plug(cinterion("ttyUSB0"), start_modem("modem"));
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    sandbox_.add_rules("99-changed.rules", R"(SUBSYSTEM=="tty", KERNEL=="ttyUSB0", ENV{ID_CHANGED}="1")");
    sandbox_.change("ttyUSB0");
    ASSERT_TRUE(gateway_.eventually([&] {
        const auto now = port("/dev/ttyUSB0");
        return now.at("properties").get<std::map<std::string, std::string>>().contains("ID_CHANGED") &&
               now.at("state").get<std::string>() == "modem";
    })) << gateway_.log();
    EXPECT_THAT(gateway_.log(), Not(HasSubstr("cannot claim")));
}

TEST_F(HotPlug, AnUnknownAdapterIsListedAndNeverOpened) {
    UsbSerial stranger;
    stranger.name = "ttyUSB0";
    stranger.vendor = "0403";
    sandbox_.plug(stranger, start_modem("stranger", {"--imei", "356938035643800"}));
    sandbox_.plug(cinterion("ttyUSB1"), start_modem("modem"));
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const auto ignored = port("/dev/ttyUSB0");
    EXPECT_EQ(ignored.at("state").get<std::string>(), "ignored");
    const auto properties = ignored.at("properties").get<std::map<std::string, std::string>>();
    EXPECT_EQ(properties.at("ID_VENDOR_ID"), "0403") << "for whoever is to name it in a [[port]]";
    EXPECT_FALSE(properties.contains("DEVNAME"));
    EXPECT_THAT(gateway_.modem_log("stranger"), Not(HasSubstr("port-open")));
}

struct ForeignPort {
    const char* vendor;
    const char* product;
    const char* interface;
};

// rules_test.cpp tests the rules for these ports; this list tests that the daemon obeys them.
constexpr auto foreign_ports = std::to_array<ForeignPort>({
    {"0681", "0014", "00"}, // KNX bus interface
    {"0681", "0005", "00"}, // fingerprint reader
    {"1e2d", "006c", "00"}, // diagnostics
    {"1e2d", "0053", "01"}, // GPS
    {"1e2d", "0069", "04"}, // GPS
    {"1e2d", "006f", "06"}, // QCDM
    {"1e2d", "00b0", "00"}, // broadband card
    {"1e2d", "00d0", "00"}, // interfaces not known
    {"1269", "0058", "00"},
});

TEST_F(HotPlug, ForeignDevicesAndInterfacesReceiveNotOneByte) {
    std::vector<std::unique_ptr<Pty>> lines; // must outlive the ports
    UdevSandbox sandbox;
    for (const auto& foreign : foreign_ports) {
        UsbSerial device;
        device.name = fmt::format("ttyUSB{}", 10 + lines.size());
        device.usb_port = fmt::format("1-{}", 2 + lines.size());
        device.vendor = foreign.vendor;
        device.product = foreign.product;
        device.interface = foreign.interface;
        lines.push_back(std::make_unique<Pty>());
        sandbox.plug(device, lines.back()->path());
    }
    sandbox.plug(cinterion("ttyUSB0"), start_modem("modem"));
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string device = fmt::format("/dev/ttyUSB{}", 10 + i);
        EXPECT_EQ(port(device).at("state").get<std::string>(), "ignored") << device;
        int count = 0;
        ASSERT_EQ(ioctl(lines[i]->master(), FIONREAD, &count), 0);
        EXPECT_EQ(count, 0) << "bytes to " << device;
        EXPECT_THAT(gateway_.log(), Not(HasSubstr(device + ": named by")));
    }
}

TEST_F(HotPlug, AConfiguredAdapterIsReleasedWhenItsEntryIsRemoved) {
    constexpr auto named = "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\" }\n";
    gateway_.write("bgs2d.toml", named);
    gateway_.reload();
    sandbox_.configure(named);
    UsbSerial adapter;
    adapter.vendor = "0403";
    sandbox_.plug(adapter, start_modem("modem"));
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_THAT(gateway_.log(), HasSubstr("[[port]] #1"));
    gateway_.write("bgs2d.toml", "");
    gateway_.reload();
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("State").empty(); })) << gateway_.log();
    EXPECT_EQ(port("/dev/ttyUSB0").at("state").get<std::string>(), "ignored");
}

TEST_F(HotPlug, AModemReappearingOnAnotherNodeIsRecognizedAndNotRewritten) {
    sandbox_.plug(cinterion("ttyUSB0"), start_modem("modem"));
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    sandbox_.renumber("ttyUSB0", "ttyUSB1");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.property("Port") == "/dev/ttyUSB1"; }))
        << gateway_.log();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_EQ(gateway_.frames("modem"), 2U);
}

} // namespace
} // namespace bgs2::test
