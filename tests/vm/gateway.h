// SPDX-License-Identifier: Apache-2.0
// A gateway with the packages installed, as its owner sets it up; and what its modems come to.
#pragma once

#include "tests/support/identity.h"
#include "tests/vm/machine.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::test {

/// The IMEI that bgs2sim has unless told otherwise.
inline constexpr const char* first_imei = "356938035643809";
inline constexpr const char* second_imei = "490154203237518";

/// A [[port]] for every adapter of the machine.
inline constexpr std::string_view adapters_named =
    "[[port]]\nproperty = { ID_VENDOR_ID = \"0403\", ID_SERIAL_SHORT = \"ADAPTER*\" }\n";

class Gateway : public ::testing::Test {
  protected:
    /// A client with its key for slot 0 and a CA for slot 1. It begins with this.
    [[nodiscard]] const Identity& client() const { return client_; }
    [[nodiscard]] const Identity& authority() const { return authority_; }

    /// What belongs into bgs2d.toml.
    void configure(std::string_view configuration) { machine.write("/etc/bgs2d/bgs2d.toml", configuration); }
    /// A policy for all modems: client and CA, which lie in /etc/bgs2d/certs.
    void write_policy();
    /// A policy for one modem: only its slot 1, with a CA of its own; returns that one's thumbprint.
    std::string write_policy_of(const std::string& imei);

    /// Whether the modem comes to be in the state, which bgs2ctl waits for.
    bool becomes(std::string_view state, const std::string& imei = first_imei,
                 std::chrono::seconds longest_wait = std::chrono::seconds(60));
    /// A property of the modem as busctl shows it without its type; bgs2d is not started for it.
    std::string property(const std::string& name, const std::string& imei = first_imei);
    /// Whether no modem is there any more.
    bool is_gone(const std::string& imei = first_imei);
    /// The thumbprint of what the slot holds, "" for nothing.
    std::string thumbprint(unsigned slot, const std::string& imei = first_imei);
    /// The service's main process, 0 if it does not run.
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

/// SHA-1 as bgs2ctl shows it.
std::string thumbprint_of(const Identity& identity);

} // namespace bgs2::test
