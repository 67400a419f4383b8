// SPDX-License-Identifier: Apache-2.0
// The sandbox of the service: forbidden operations fail, and provisioning works.
#include "tests/vm/gateway.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sstream>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

class Sandbox : public Gateway {
  protected:
    /// A field of /proc/PID/status for the service.
    std::string status(const std::string& field) {
        std::string process = main_process();
        process.pop_back();
        return machine.output_of(fmt::format("awk '/^{}:/ {{ print $2 }}' /proc/{}/status", field, process));
    }
};

TEST_F(Sandbox, LeavesTheServiceWithoutCapabilitiesAndPrivileges) {
    machine.output_of("systemctl start bgs2d");
    EXPECT_EQ(status("CapEff"), "0000000000000000\n");
    EXPECT_EQ(status("CapBnd"), "0000000000000000\n");
    EXPECT_EQ(status("CapAmb"), "0000000000000000\n");
    EXPECT_EQ(status("NoNewPrivs"), "1\n");
    EXPECT_EQ(status("Seccomp"), "2\n");
    EXPECT_EQ(machine.output_of(
                  "ps --no-headers --format user --pid $(systemctl show --property MainPID --value bgs2d)"),
              "bgs2d\n");
}

TEST_F(Sandbox, PassesSystemdAnalyzeVerifyAndSecurity) {
    machine.output_of("systemctl start bgs2d");
    EXPECT_EQ(machine.output_of("systemd-analyze verify --man=no bgs2d.service"), "");
    const Answer exposure = machine.run("systemd-analyze security --no-pager --threshold=12 bgs2d.service");
    EXPECT_EQ(exposure.exit, 0) << exposure.output;
}

TEST_F(Sandbox, AllowsSerialPortsButDeniesDevPortAndDevMem) {
    configure(adapters_named);
    machine.output_of("systemctl start bgs2d");
    // In the control group of the service, whose device rules apply to root as well.
    const auto open = [&](const std::string& device) {
        return machine
            .run(fmt::format("echo $$ >/sys/fs/cgroup/system.slice/bgs2d.service/cgroup.procs && : <{}",
                             device))
            .output;
    };
    EXPECT_EQ(open("/dev/ttyS1"), "");
    EXPECT_EQ(open("/dev/null"), "");
    EXPECT_THAT(open("/dev/port"), HasSubstr("Operation not permitted"));
    EXPECT_THAT(open("/dev/mem"), HasSubstr("Operation not permitted"));
}

TEST_F(Sandbox, AllowsAKeyFromAnEncryptedCredential) {
    configure(adapters_named);
    write_policy();
    machine.output_of(R"(set -o errexit -o pipefail
cd /etc/bgs2d/certs
systemd-creds encrypt --with-key=host --name=client.key client.key /etc/bgs2d/client.key.cred
rm client.key
sed --in-place 's|"/etc/bgs2d/certs/client.key"|"credential:client.key"|' /etc/bgs2d/policy.d/50-all.toml
mkdir /etc/systemd/system/bgs2d.service.d
printf '[Service]\nLoadCredentialEncrypted=client.key:/etc/bgs2d/client.key.cred\n' \
    >/etc/systemd/system/bgs2d.service.d/key.conf
systemctl daemon-reload
)");
    machine.plug("ADAPTER1");
    ASSERT_TRUE(machine.eventually("systemctl is-active bgs2d"));
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
}

} // namespace
} // namespace bgs2::test
