// SPDX-License-Identifier: Apache-2.0
// The sleep of the machine, with the real systemd and logind, as far as the last step.
#include "tests/vm/gateway.h"

#include <gmock/gmock.h>

namespace bgs2::test {
namespace {

using ::testing::HasSubstr;

/// The machine does everything that it does before and after it sleeps, and notes when it would sleep.
class Sleep : public Gateway {
  protected:
    void SetUp() override {
        machine.output_of("mkdir -p /run/systemd/system/systemd-suspend.service.d");
        machine.write("/run/systemd/system/systemd-suspend.service.d/awake.conf",
                      "[Service]\nExecStart=\nExecStart=/bin/sh -c 'date +%%s.%%N >/run/slept'\n");
        // The image masks logind, for which no other test waits.
        machine.output_of("systemctl unmask systemd-logind && systemctl daemon-reload && "
                          "systemctl start systemd-logind");
    }

    bool delays() {
        return machine.eventually("systemd-inhibit --list --no-legend | grep -q 'bgs2d.*sleep.*delay'");
    }
};

TEST_F(Sleep, WaitsForAFrameThatHasBegunAndTheSlotIsWrittenAfterwards) {
    configure(adapters_named);
    write_policy();
    machine.plug("ADAPTER1", {"--baud", "9600", "--frame-timeout", "2"});
    ASSERT_TRUE(machine.eventually("test \"$(busctl --auto-start=no --json=short get-property io.bgs2d1 "
                                   "/io/bgs2d1/job/1 io.bgs2d1.Job BytesSent | jq .data)\" -gt 100"));
    ASSERT_TRUE(delays());
    machine.output_of("systemctl suspend");
    ASSERT_TRUE(machine.eventually("test -s /run/slept"));
    ASSERT_TRUE(becomes("compliant", first_imei, std::chrono::seconds(120)));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
    EXPECT_EQ(machine.frames("ADAPTER1"), 2U) << "a frame was cut in two";
    EXPECT_TRUE(delays()) << "the next sleep";
    EXPECT_THAT(machine.output_of("journalctl --unit bgs2d --output cat"),
                HasSubstr("the machine is about to sleep"));
}

} // namespace
} // namespace bgs2::test
