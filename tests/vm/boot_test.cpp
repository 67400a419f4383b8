// SPDX-License-Identifier: Apache-2.0
// Boots the machine once and saves it. Most of the other tests resume it.
#include "tests/vm/machine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace bgs2::test {
namespace {

/// Seconds in the guest during a second of the host.
double speed_of_clock(Machine& machine) {
    using Clock = std::chrono::steady_clock;
    const double guest_begin = std::stod(machine.output_of("date +%s.%N"));
    const auto begin = Clock::now();
    machine.output_of("sleep 2");
    const double guest_end = std::stod(machine.output_of("date +%s.%N"));
    return (guest_end - guest_begin) / std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A kernel that boots on a busy host may take the clock of the processor for a slower one. All its times
/// would be too short.
std::unique_ptr<Machine> boot_with_a_correct_clock() {
    constexpr int most_boots = 3;
    for (int i = 1;; ++i) {
        auto machine = std::make_unique<Machine>(Machine::Start::boot);
        const double speed = speed_of_clock(*machine);
        if (speed > 0.8 && speed < 1.25)
            return machine;
        fmt::print("the clock of the guest runs {:.2f} times as fast as that of the host\n", speed);
        if (i == most_boots)
            throw std::runtime_error("the guest has no correct clock; boot it while the host is less busy");
    }
}

TEST(Boot, EndsWithoutFailedUnitsAndWithTheServiceInactive) {
    if (!Machine::is_made())
        GTEST_SKIP() << "SKIPPED: there is no machine to boot; vm.image makes one, or tells why not";
    if (Machine::is_saved())
        GTEST_SKIP() << "SKIPPED: this machine has booted before, and is as it was then";
    const auto booted = boot_with_a_correct_clock();
    Machine& machine = *booted;
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
