// SPDX-License-Identifier: Apache-2.0
// The modem as the uplink of the gateway: gprs.service runs a real pppd on its port, and another pppd in a
// network namespace of its own is the network.
#pragma once

#include "tests/vm/machine.h"
#include "tests/vm/usb_gadget.h"

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::test {

/// gprs.service, which runs pppd on `port`. `more` are further lines of its [Service] section.
std::string gprs_service(std::string_view more = {});
/// The options of its pppd, and its chat script.
std::string gprs_peer(std::string_view port);
std::string gprs_chat();

class Uplink {
  public:
    static constexpr auto port = "/dev/ttyACM0";
    static constexpr auto address = "10.64.0.1"; ///< in the network, behind the modem

    /// The machine outlives this object.
    explicit Uplink(Machine& machine)
      : machine_(machine)
      , device_(machine) {}

    /// Plugs in the modem and installs gprs.service, which does not start. `arguments` are for bgs2sim.
    void install(const std::string& arguments = {}) const;

    void start() const { machine_.output_of("systemctl start gprs.service"); }
    void stop() const { machine_.output_of("systemctl stop gprs.service"); }

    /// Waits for an answer from the network; false: timeout.
    [[nodiscard]] bool carries_a_ping(std::chrono::seconds longest_wait = std::chrono::seconds(60)) const;

    /// Pings from now on, five times a second.
    void watch() const;
    /// The longest time between two answers since watch(), in seconds.
    [[nodiscard]] double longest_gap() const;

    [[nodiscard]] std::string modem_log() const { return machine_.output_of("cat /run/modem.log"); }
    /// The log from the last begin of data mode.
    [[nodiscard]] std::string log_of_call() const;
    /// The number of calls since the start.
    [[nodiscard]] int calls() const;

  private:
    Machine& machine_;
    UsbGadget device_;
};

} // namespace bgs2::test
