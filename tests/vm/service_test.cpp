// SPDX-License-Identifier: Apache-2.0
// Reloading, restarting and killing the service during a job; the watchdog of a hanging service.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

namespace bgs2::test {
namespace {

class Service : public Gateway {
  protected:
    /// A modem with a slow line, on which a frame takes seconds, and a short timeout of frames.
    void start_provisioning() {
        configure(adapters_named);
        write_policy();
        machine.plug("ADAPTER1", {"--baud", "4800", "--frame-timeout", "2"});
        ASSERT_TRUE(machine.eventually("test \"$(busctl --auto-start=no --json=short get-property io.bgs2d1 "
                                       "/io/bgs2d1/job/1 io.bgs2d1.Job "
                                       "BytesSent | jq .data)\" -gt 100"));
        process_ = main_process();
    }

    void expect_provisioned() {
        ASSERT_TRUE(becomes("compliant", first_imei, std::chrono::seconds(120)));
        EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
        EXPECT_EQ(thumbprint(1), thumbprint_of(authority()));
    }

    std::string process_; ///< main process of the service at the start of the job
};

TEST_F(Service, FinishesARunningJobAfterAReload) {
    start_provisioning();
    machine.output_of("systemctl reload bgs2d");
    expect_provisioned();
    EXPECT_EQ(main_process(), process_);
    EXPECT_EQ(machine.frames("ADAPTER1"), 2U);
    EXPECT_EQ(machine.output_of("busctl --json=short get-property io.bgs2d1 /io/bgs2d1 io.bgs2d1.Manager "
                                "PolicyGeneration | jq .data"),
              "2\n");
}

TEST_F(Service, RepeatsARunningJobAfterARestart) {
    start_provisioning();
    machine.output_of("systemctl restart bgs2d");
    expect_provisioned();
    EXPECT_NE(main_process(), process_);
}

TEST_F(Service, IsRestartedAfterSigkillAndRepeatsARunningJob) {
    start_provisioning();
    machine.output_of("systemctl kill --signal SIGKILL bgs2d");
    expect_provisioned();
    EXPECT_NE(main_process(), process_);
    EXPECT_EQ(machine.output_of("systemctl show --property NRestarts --value bgs2d"), "1\n");
}

TEST_F(Service, IsRestartedByTheWatchdogIfItHangs) {
    // As shipped, except for the time, which is 30 s in the shipped unit.
    machine.write("/run/systemd/system/bgs2d.service.d/watchdog.conf", "[Service]\nWatchdogSec=2\n");
    machine.output_of("systemctl daemon-reload && systemctl start bgs2d");
    process_ = main_process();
    machine.output_of("systemctl kill --signal SIGSTOP bgs2d");
    EXPECT_TRUE(machine.eventually("test \"$(systemctl show --property NRestarts --value bgs2d)\" = 1 && "
                                   "systemctl is-active bgs2d"));
    EXPECT_NE(main_process(), process_);
    EXPECT_EQ(
        machine.output_of("find / -xdev -name 'core*' -type f -newer /run/systemd/system/bgs2d.service.d"),
        "")
        << "a core dump holds keys";
}

TEST_F(Service, IsDisabledAndStartsOnTheFirstClientCall) {
    EXPECT_EQ(machine.output_of("systemctl is-enabled bgs2d || true"), "disabled\n");
    EXPECT_EQ(main_process(), "0\n");
    EXPECT_EQ(machine.output_of("runuser -u visitor -- bgs2ctl list --json"), "[]\n");
    EXPECT_NE(main_process(), "0\n");
}

} // namespace
} // namespace bgs2::test
