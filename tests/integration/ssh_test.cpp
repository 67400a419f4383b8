// SPDX-License-Identifier: Apache-2.0
// bgs2ctl --host with the real sshd on the loopback interface as the remote machine.
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

constexpr const char* server = "/usr/sbin/sshd";

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    return bound ? ntohs(address.sin_port) : 0;
}

bool is_listened_on(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

class OverSsh : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0 || !std::filesystem::exists(server))
            GTEST_SKIP() << "SKIPPED: a server for ssh requires root and the package openssh-server";
        gateway_.write_policy("10-ca", ca_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        make_key("host_key");
        make_key("user_key");
        std::filesystem::copy(gateway_.path("user_key.pub"), gateway_.path("authorized_keys"));
        write_client();
    }

    void make_key(const std::string& name) {
        Process keygen({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", gateway_.path(name)},
                       {.environment = {}, .output = gateway_.path("keygen.log")});
        ASSERT_EQ(keygen.wait(20s), 0);
    }

    /// Installs a program "ssh" that connects to the server of the test for any host name.
    void write_client() {
        gateway_.write("ssh_config",
                       fmt::format("Host *\n"
                                   "  HostName 127.0.0.1\n"
                                   "  Port {}\n"
                                   "  IdentityFile {}\n"
                                   "  IdentitiesOnly yes\n"
                                   "  BatchMode yes\n"
                                   "  StrictHostKeyChecking no\n"
                                   "  UserKnownHostsFile {}\n"
                                   "  LogLevel ERROR\n",
                                   port_, gateway_.path("user_key"), gateway_.path("known_hosts")));
        const std::string ssh = gateway_.write(
            "ssh", fmt::format("#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n", gateway_.path("ssh_config")));
        std::filesystem::permissions(ssh, std::filesystem::perms(0755));
    }

    /// Starts the server, which replaces each command with `command`.
    void serve(const std::string& command) {
        std::filesystem::create_directories("/run/sshd"); // its privilege separation directory
        gateway_.write("sshd_config", fmt::format("ListenAddress 127.0.0.1:{}\n"
                                                  "HostKey {}\n"
                                                  "AuthorizedKeysFile {}\n"
                                                  "PidFile none\n"
                                                  "StrictModes no\n"
                                                  "UsePAM no\n"
                                                  "PermitRootLogin yes\n"
                                                  "PasswordAuthentication no\n"
                                                  "ForceCommand {}\n",
                                                  port_, gateway_.path("host_key"),
                                                  gateway_.path("authorized_keys"), command));
        server_ = std::make_unique<Process>(
            Words{server, "-D", "-e", "-f", gateway_.path("sshd_config")},
            Process::Options{.environment = {}, .output = gateway_.path("sshd.log")});
        ASSERT_TRUE(gateway_.eventually([&] { return is_listened_on(port_); }))
            << read_text(gateway_.path("sshd.log"));
    }

    void serve_the_bus() { serve("systemd-stdio-bridge -p unix:path=" + gateway_.path("bus")); }

    Outcome over_ssh(Words words) {
        words.insert(words.begin(), {"--host", "root@gateway"});
        return run(words, {.environment = {fmt::format("PATH={}:/usr/bin:/bin", gateway_.path(""))}});
    }

    Gateway gateway_;
    std::uint16_t port_ = free_port();
    std::unique_ptr<Process> server_;
};

TEST_F(OverSsh, RemoteModemsCanBeListedReadAndWaitedFor) {
    serve_the_bus();
    const Outcome list = over_ssh({"list"});
    EXPECT_EQ(list.exit, 0) << list.errors << read_text(gateway_.path("sshd.log"));
    EXPECT_THAT(list.output, HasSubstr(default_imei));
    EXPECT_EQ(over_ssh({"refresh"}).output, std::string(default_imei) + ": slots read\n");
    EXPECT_EQ(over_ssh({"wait", "--timeout", "20s"}).exit, 0);
    EXPECT_EQ(over_ssh({"show", "111"}).exit, 3);
}

TEST_F(OverSsh, FilesAreRejectedWithTheCommandToRunInstead) {
    serve_the_bus();
    const Outcome refused = over_ssh({"install", "--slot", "2", "--cert", gateway_.path("ca.pem")});
    EXPECT_EQ(refused.exit, 1);
    EXPECT_THAT(refused.errors, HasSubstr("run it on the gateway: ssh root@gateway bgs2ctl install ..."));
}

TEST_F(OverSsh, ARefusedConnectionIsReported) {
    const Outcome refused = over_ssh({"list"});
    EXPECT_EQ(refused.exit, 6);
    EXPECT_THAT(refused.errors, HasSubstr("Connection refused"));
    EXPECT_THAT(refused.errors, HasSubstr("bgs2ctl: cannot connect to the system bus of root@gateway: "));
    EXPECT_THAT(refused.errors,
                HasSubstr("\n  hint: check that 'ssh root@gateway systemd-stdio-bridge' can log in"));
}

TEST_F(OverSsh, AMissingBridgeProgramIsReported) {
    serve("systemd-stdio-bridge-that-is-not-there");
    const Outcome refused = over_ssh({"list"});
    EXPECT_EQ(refused.exit, 6) << refused.errors;
    EXPECT_THAT(refused.errors, HasSubstr("not found"));
    EXPECT_THAT(refused.errors, HasSubstr("bgs2ctl: cannot connect to the system bus of root@gateway: "));
}

TEST_F(OverSsh, AStoppedDaemonIsReported) {
    serve_the_bus();
    ASSERT_EQ(gateway_.stop(), 0);
    const Outcome none = over_ssh({"list"});
    EXPECT_EQ(none.exit, 6);
    EXPECT_THAT(none.errors, StartsWith("bgs2ctl: bgs2d is not running"));
}

TEST(Ssh, IsNamedInTheErrorIfItIsNotInstalled) {
    const Outcome none = run({"list", "--host", "gateway"}, {.environment = {"PATH=/nonexistent"}});
    EXPECT_EQ(none.exit, 6);
    EXPECT_THAT(none.errors,
                StartsWith("bgs2ctl: cannot connect to another machine: the program 'ssh' is not installed"));
}

} // namespace
} // namespace bgs2::test
