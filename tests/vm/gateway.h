// SPDX-License-Identifier: Apache-2.0
// A gateway: the machine with the packages installed, its configuration, and the state of its modems.
#pragma once

#include "tests/support/identity.h"
#include "tests/vm/machine.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::test {

/// The default IMEI of bgs2sim.
inline constexpr const char* first_imei = "356938035643809";
inline constexpr const char* second_imei = "490154203237518";

/// A [[port]] for all adapters of the machine.
inline constexpr std::string_view adapters_named =
    "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\", ID_SERIAL_SHORT = \"ADAPTER*\" }\n";

class Gateway : public ::testing::Test {
  protected:
    /// The client certificate and key for slot 0, and the CA certificate for slot 1.
    [[nodiscard]] const Identity& client() const { return client_; }
    [[nodiscard]] const Identity& authority() const { return authority_; }

    /// Writes bgs2d.toml.
    void configure(std::string_view configuration) { machine.write("/etc/bgs2d/bgs2d.toml", configuration); }
    /// Writes a policy for all modems: client and CA, with files in /etc/bgs2d/certs.
    void write_policy();
    /// Writes a policy for one modem, with its own CA in slot 1, and returns the thumbprint of that CA.
    std::string write_policy_of(const std::string& imei);

    /// Waits with bgs2ctl until the modem is in `state`; false: timeout.
    bool becomes(std::string_view state, const std::string& imei = first_imei,
                 std::chrono::seconds longest_wait = std::chrono::seconds(60));
    /// A property of the modem as busctl prints it, without its type. Does not activate bgs2d.
    std::string property(const std::string& name, const std::string& imei = first_imei);
    /// Waits until the modem is gone; false: timeout.
    bool is_gone(const std::string& imei = first_imei);
    /// The thumbprint of the slot; empty if the slot is.
    std::string thumbprint(unsigned slot, const std::string& imei = first_imei);
    /// The main process of the service; "0" if it does not run.
    std::string main_process() {
        return machine.output_of("systemctl show --property MainPID --value bgs2d");
    }

    Machine machine{Machine::Start::resume};

  private:
    Identity authority_ =
        Identity::make({.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true});
    Identity client_ = Identity::make(
        {.common_name = "Test Client", .algorithm = Algorithm::rsa2048, .issuer = &authority_});
};

/// The SHA-1 thumbprint in the format of bgs2ctl.
std::string thumbprint_of(const Identity& identity);

} // namespace bgs2::test
