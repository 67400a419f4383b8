// SPDX-License-Identifier: Apache-2.0
// Runs all commands of EXAMPLES in bgs2ctl(1) in order on one gateway, and checks their effects.
#include "tests/integration/certificates.h"
#include "tests/support/process.h"
#include "tests/support/serial_line.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;

std::string read_text(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

/// The lines "$ bgs2ctl ..." of the section, without the "$ ".
std::vector<std::string> examples() {
    std::string page = read_text(BGS2_MAN_SOURCES "/bgs2ctl.1.scd");
    page.erase(0, page.find("\n# EXAMPLES\n"));
    page.erase(page.find("\n# SEE ALSO\n"));
    std::istringstream lines(page);
    std::vector<std::string> result;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("$ "))
            result.push_back(line.substr(2));
    }
    return result;
}

/// The gateway of the examples: a modem with a policy whose mode is manual.
class Manual : public testing::Test {
  protected:
    Manual() {
        const std::string policy =
            "[match]\nmodel = \"BGS2-*\"\n\n[provision]\nmode = \"manual\"\n\n" + client_policy(gateway_);
        gateway_.write_policy("50-cloud", policy);
        gateway_.write("50-cloud.toml", policy);
        gateway_.write("client.p12", as_text(client().pkcs12({.passphrase = "example"})));
        gateway_.write("pass.txt", "example\n");
        gateway_.write("mgmt.key", management().pkcs8_pem());
        gateway_.write("mgmt.cert.pem", management().certificate_pem());
        // The remote machine is this one.
        std::filesystem::create_directory(gateway_.path("bin"));
        const std::string ssh = gateway_.write(
            "bin/ssh", "#!/bin/sh\nexec systemd-stdio-bridge -p \"$DBUS_SYSTEM_BUS_ADDRESS\"\n");
        std::filesystem::permissions(ssh, std::filesystem::perms::owner_all);
    }

    [[nodiscard]] std::unique_ptr<Process> begin(const std::string& command) const {
        const std::string preparation =
            fmt::format("cd {0} || exit 99\nPATH={0}/bin:{1}:/usr/bin:/bin\n", gateway_.path("."),
                        std::filesystem::path(BGS2CTL).parent_path().string());
        return std::make_unique<Process>(
            std::vector<std::string>{"sh", "-c", preparation + command},
            Process::Options{
                .environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address(), "TERM=dumb"},
                .output = gateway_.path("output")});
    }

    /// The exit code; -1: it did not end.
    [[nodiscard]] int run(const std::string& command) const { return begin(command)->wait(60s).value_or(-1); }

    /// The client of `bgs2ctl capture`, which sends the frame of `frame encode`.
    void send_to(const std::string& port, Process& capture) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!std::filesystem::exists(port) && !capture.wait(10ms))
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        SerialLine line(port);
        line.send("AT^SBNW=is_cert,1\r");
        ASSERT_TRUE(line.skip_to("SECURE CMD READY")) << line.received();
        line.send(read_text(gateway_.path("write.bin")));
        EXPECT_TRUE(line.skip_to("SECURE CMD END OK")) << line.received();
    }

    [[nodiscard]] std::string printed() const { return read_text(gateway_.path("output")); }

    Gateway gateway_;
};

TEST_F(Manual, HasExamplesThatWork) {
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    const std::vector<std::string> commands = examples();
    ASSERT_GT(commands.size(), 20U);
    for (const std::string& command : commands) {
        std::filesystem::remove(gateway_.path("output"));
        if (command.starts_with("bgs2ctl capture ")) {
            const auto capture = begin(command);
            send_to(gateway_.path("port"), *capture);
            EXPECT_EQ(capture->wait(60s), 0) << command << '\n' << printed();
        } else if (command == "bgs2ctl doctor") {
            EXPECT_THAT((std::array{0, 1}), Contains(run(command))) << printed(); // depends on the machine
        } else {
            EXPECT_EQ(run(command), 0) << command << '\n' << printed();
        }
    }
    EXPECT_EQ(gateway_.property("State"), "compliant") << gateway_.log();
}

} // namespace
} // namespace bgs2::test
