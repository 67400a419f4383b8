// SPDX-License-Identifier: Apache-2.0
// Boots the machine once and saves it. Most of the other tests resume it.
#include "tests/vm/machine.h"

#include <gtest/gtest.h>

namespace bgs2::test {
namespace {

TEST(Boot, EndsWithoutFailedUnitsAndWithTheServiceInactive) {
    if (!Machine::is_made())
        GTEST_SKIP() << "SKIPPED: there is no machine to boot; vm.image makes one, or tells why not";
    if (Machine::is_saved())
        GTEST_SKIP() << "SKIPPED: this machine has booted before, and is as it was then";
    Machine machine(Machine::Start::boot);
    EXPECT_TRUE(machine.eventually("systemctl is-system-running --wait"))
        << machine.run("systemctl --failed").output;
    EXPECT_EQ(machine.run("systemctl is-active bgs2d").output, "inactive\n");
    // Loads drivers and programs before saving; otherwise each test has to load them.
    machine.output_of(
        "modprobe --all ftdi_sio cdc_acm && udevadm settle && bgs2ctl --version && bgs2d --version");
    if (!HasFailure())
        machine.save();
}

} // namespace
} // namespace bgs2::test
