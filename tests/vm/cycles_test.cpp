// SPDX-License-Identifier: Apache-2.0
// Repeated plugging and unplugging, as with a loose contact.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

#include <filesystem>

namespace bgs2::test {
namespace {

class UnplugCycles : public Gateway {
  protected:
    /// The first number in the output of the command.
    long number(const std::string& command) { return std::stol(machine.output_of(command)); }
    long descriptors() { return number(fmt::format("ls /proc/{}/fd | wc --lines", process_)); }
    /// Private memory of the process in kB.
    long memory() {
        return number(fmt::format("awk '/^RssAnon:/ {{ print $2 }}' /proc/{}/status", process_));
    }

    void remember_process() {
        process_ = main_process();
        process_.pop_back();
    }

    std::string process_;
};

TEST_F(UnplugCycles, NeitherReportFalseComplianceNorLeakMemoryOrDescriptors) {
    constexpr int cycles = 20;
    constexpr int warm = 4; ///< cycles before the first measurement, for caches and lazy allocation
    configure(adapters_named);
    write_policy();
    machine.output_of("systemctl start bgs2d");
    remember_process();
    machine.output_of(
        "systemd-run --quiet --unit=witness --property=StandardOutput=file:/run/witness bgs2ctl "
        "monitor --json && until grep --quiet daemon /run/witness; do sleep 0.1; done");

    int whole = 0;
    long descriptors_before = 0;
    long memory_before = 0;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        SCOPED_TRACE(cycle);
        // Unplugs each modem in three cycles in the middle of a frame, and completes it in the fourth.
        const bool is_pulled = cycle % 4 != 3;
        const std::string imei = fmt::format("35693803564{:04}", cycle / 4);
        if (is_pulled) {
            // From the header of the frame to the end of the key.
            const int bytes = 1 + 90 * cycle;
            Process& modem = machine.plug(
                "ADAPTER1", {"--imei", imei, "--fault", fmt::format("hang-up-in-frame:{}", bytes)});
            ASSERT_TRUE(modem.wait(std::chrono::seconds(60)));
        } else {
            machine.plug("ADAPTER1", {"--imei", imei});
            ASSERT_TRUE(becomes("compliant", imei));
            ++whole;
        }
        machine.unplug("ADAPTER1");
        ASSERT_TRUE(is_gone(imei));
        if (!is_pulled)
            std::filesystem::remove(machine.path("ADAPTER1.slots"));
        if (cycle == warm - 1) {
            descriptors_before = descriptors();
            memory_before = memory();
        }
    }
    remember_process();
    EXPECT_EQ(descriptors(), descriptors_before);
    // Finished jobs and pages of the history stay far below this limit; leaked frames or modems exceed it.
    EXPECT_LE(memory(), memory_before + 512) << "kB";

    machine.output_of("systemctl stop witness");
    EXPECT_EQ(number("jq --slurp '[.[] | select(.event == \"modem-added\")] | length' /run/witness"), cycles);
    EXPECT_EQ(number("jq --slurp '[.[] | select(.properties.state == \"compliant\")] | length' /run/witness"),
              whole);
}

} // namespace
} // namespace bgs2::test
