// SPDX-License-Identifier: Apache-2.0
// A modem at an on-board UART.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

#include <chrono>

namespace bgs2::test {
namespace {

TEST(Uart, NamedInBgs2dTomlStartsTheServiceAtBoot) {
    const Identity authority =
        Identity::make({.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true});
    Machine machine(Machine::Start::boot, {{"etc/bgs2d/bgs2d.toml", "[[port]]\ndevice = \"/dev/ttyS1\"\n"},
                                           {"etc/bgs2d/ca.pem", authority.certificate_pem()},
                                           {"etc/bgs2d/policy.d/50-all.toml",
                                            "[[slot]]\nindex = 1\ncertificate = \"/etc/bgs2d/ca.pem\"\n"}});
    machine.plug(uart);
    ASSERT_TRUE(machine.eventually("systemctl is-active bgs2d"));
    EXPECT_EQ(machine.output_of("bgs2ctl wait --state compliant --timeout 60s >/dev/null; "
                                "bgs2ctl list --json | jq --raw-output '.[] | .port, .state'"),
              "/dev/ttyS1\ncompliant\n");
    EXPECT_EQ(machine.frames(uart), 1U);
    EXPECT_EQ(machine.output_of("systemctl is-enabled bgs2d || true"), "disabled\n");
}

} // namespace
} // namespace bgs2::test
