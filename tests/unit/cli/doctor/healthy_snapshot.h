// SPDX-License-Identifier: Apache-2.0
// A healthy gateway, to which tests add problems.
#pragma once

#include "cli/doctor/system_snapshot.h"

#include <string>

namespace bgs2::test {

inline constexpr const char* healthy_imei = "356938035643809";

inline cli::Modem healthy_modem() {
    cli::Modem modem;
    modem.imei = healthy_imei;
    modem.port = "/dev/ttyUSB0";
    modem.state = "compliant";
    modem.reason = "its slots match policy '10-ca'";
    modem.policy = "10-ca";
    return modem;
}

inline cli::Port usb_port(const std::string& device, const std::string& state, const std::string& reason) {
    cli::Port port;
    port.device = device;
    port.state = state;
    port.reason = reason;
    port.properties = {{"ID_BUS", "usb"},
                       {"ID_VENDOR_ID", "0403"},
                       {"ID_MODEL_ID", "6015"},
                       {"ID_SERIAL_SHORT", "A6" + device.substr(device.size() - 1)},
                       {"ID_USB_INTERFACE_NUM", "00"},
                       {"ID_PATH", "pci-0000:00:14.0-usb-0:" + device.substr(device.size() - 1) + ":1.0"}};
    return port;
}

inline cli::TtyNode usb_node(const std::string& device) {
    return {.device = device,
            .usb_vendor = "0403",
            .usb_product = "6015",
            .console = false,
            .group = "dialout",
            .mode = 0660};
}

inline cli::SystemSnapshot healthy() {
    using namespace std::chrono;
    cli::SystemSnapshot snapshot;
    snapshot.unit =
        cli::ServiceUnit{.load = "loaded", .active = "active", .enabled = "enabled", .result = "success"};
    snapshot.running = true;
    snapshot.activatable = true;
    cli::DaemonSnapshot daemon;
    daemon.pid = 700;
    daemon.modems = {healthy_modem()};
    daemon.ports = {usb_port("/dev/ttyUSB0", "modem", "Cinterion BGS2-W")};
    daemon.ports.front().imei = healthy_imei;
    daemon.ports.front().use = "released";
    daemon.policies = {
        {.name = "10-ca", .file = "/etc/10-ca.toml", .mode = "auto", .match = {}, .slots = {}}};
    snapshot.daemon = daemon;
    snapshot.nodes = {usb_node("/dev/ttyUSB0")};
    snapshot.processes.running = {"systemd", "bgs2d"};
    snapshot.processes.holders = {{.device = "/dev/ttyUSB0", .pid = 700, .name = "bgs2d"}};
    snapshot.now = sys_days(2027y / 1 / 15);
    snapshot.released = sys_days(2026y / 11 / 1);
    return snapshot;
}

} // namespace bgs2::test
