// SPDX-License-Identifier: Apache-2.0
// A loose contact.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

#include <filesystem>

namespace bgs2::test {
namespace {

class UnplugCycles : public Gateway {
  protected:
    /// The first number in what the command prints.
    long number(const std::string& command) { return std::stol(machine.output_of(command)); }
    long descriptors() { return number(fmt::format("ls /proc/{}/fd | wc --lines", process_)); }
    /// kB that are the process's own.
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
    constexpr int warm = 4; ///< cycles until everything was used once
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
        // Three times it is pulled, then it may stay until it is done; and the next modem comes.
        const bool is_pulled = cycle % 4 != 3;
        const std::string imei = fmt::format("35693803564{:04}", cycle / 4);
        if (is_pulled) {
            // From the frame's header to the end of the key.
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
    // What is kept for a while, finished jobs and the history's pages, is well below this; frames and modems
    // are not.
    EXPECT_LE(memory(), memory_before + 512) << "kB";

    machine.output_of("systemctl stop witness");
    EXPECT_EQ(number("jq --slurp '[.[] | select(.event == \"modem-added\")] | length' /run/witness"), cycles);
    EXPECT_EQ(number("jq --slurp '[.[] | select(.properties.state == \"compliant\")] | length' /run/witness"),
              whole);
}

} // namespace
} // namespace bgs2::test
