// SPDX-License-Identifier: Apache-2.0
// Findings of 'bgs2ctl doctor' for ports without a [[port]]. Runs in tests/hotplug/sandbox.
#include "tests/support/gateway.h"
#include "tests/support/udev_sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class DoctorPortCheck : public testing::Test {
  protected:
    std::string doctor() {
        const std::string output = gateway_.path("doctor.out");
        std::filesystem::remove(output);
        Process process(
            {BGS2CTL, "doctor"},
            {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()}, .output = output});
        EXPECT_TRUE(process.wait(30s));
        std::ifstream stream(output, std::ios::binary);
        return {std::istreambuf_iterator(stream), {}};
    }

    /// Starts a simulated modem and returns the path of its pty.
    std::string start_modem() {
        gateway_.plug("modem");
        const std::string link = gateway_.path("modem");
        if (!gateway_.eventually([&] { return std::filesystem::is_symlink(link); }))
            throw std::runtime_error("bgs2sim does not start");
        return std::filesystem::read_symlink(link);
    }

    /// Whether bgs2d lists the port.
    bool lists(const std::string& device) {
        return gateway_.eventually([&] {
            std::vector<Gateway::Dictionary> ports;
            gateway_.manager().callMethod("ListPorts").onInterface("io.bgs2d1.Manager").storeResultsTo(ports);
            return std::ranges::any_of(ports, [&](const auto& port) {
                return port.at("device").template get<std::string>() == device;
            });
        });
    }

    Gateway gateway_{{}}; // bgs2d.toml contains no [[port]]
    UdevSandbox sandbox_;
};

UsbSerial adapter() {
    UsbSerial device;
    device.vendor = "0403";
    device.product = "6015";
    device.serial = "A6008isP";
    return device;
}

TEST_F(DoctorPortCheck, SuggestsAUdevRuleThatSelectsAnIgnoredAdapter) {
    gateway_.start();
    sandbox_.plug(adapter(), start_modem());
    ASSERT_TRUE(lists("/dev/ttyUSB0")) << gateway_.log();
    constexpr auto rule = R"(SUBSYSTEM=="tty", ENV{ID_VENDOR_ID}=="0403", ENV{ID_MODEL_ID}=="6015", )"
                          R"(ENV{ID_SERIAL_SHORT}=="A6008isP", ENV{BGS2D_PORT}="1")";
    EXPECT_THAT(doctor(), HasSubstr(std::string("\n      ") + rule + "\n"));
    sandbox_.add_rules("65-bgs2d-local.rules", std::string(rule) + "\n");
    sandbox_.change("ttyUSB0");
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("Port") == "/dev/ttyUSB0"; }))
        << gateway_.log();
}

TEST_F(DoctorPortCheck, SuggestsAPortEntryThatSelectsAnIgnoredAdapter) {
    gateway_.start();
    sandbox_.plug(adapter(), start_modem());
    ASSERT_TRUE(lists("/dev/ttyUSB0")) << gateway_.log();
    constexpr auto entry = R"(property = { ID_VENDOR_ID = "0403", ID_MODEL_ID = "6015", )"
                           R"(ID_SERIAL_SHORT = "A6008isP" })";
    EXPECT_THAT(doctor(), HasSubstr(std::string("\n      [[port]]\n      ") + entry + "\n"));
    gateway_.write("bgs2d.toml", std::string("[[port]]\n") + entry + "\n");
    gateway_.reload();
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("Port") == "/dev/ttyUSB0"; }))
        << gateway_.log();
}

} // namespace
} // namespace bgs2::test
