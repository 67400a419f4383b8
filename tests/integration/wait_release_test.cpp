// SPDX-License-Identifier: Apache-2.0
// bgs2ctl wait --port DEV --released, and the programs of bgs2d-ports(7) that share a port with bgs2d.
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"
#include "tests/support/page_example.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class WaitRelease : public testing::Test {
  protected:
    [[nodiscard]] Outcome wait(const std::string& timeout, const std::string& port = "modem") const {
        return ctl(gateway_, {"wait", "--port", gateway_.path(port), "--released", "--timeout", timeout});
    }

    /// A program that has the port by flock(2), as bgs2d sees it.
    std::unique_ptr<Process> hold() {
        const std::string output = gateway_.path("holder.log");
        auto holder = std::make_unique<Process>(std::vector<std::string>{"flock", "--no-fork",
                                                                         gateway_.path("modem"), "sh", "-c",
                                                                         "echo held; exec tail -f /dev/null"},
                                                Process::Options{.environment = {}, .output = output});
        EXPECT_TRUE(gateway_.eventually(
            [&] { return std::filesystem::exists(output) && std::filesystem::file_size(output) > 0; }));
        return holder;
    }

    bool is_linked() {
        return gateway_.eventually([&] { return gateway_.modem_log("modem").contains("link "); });
    }

    Gateway gateway_;
};

TEST_F(WaitRelease, EndsAfterProvisioning) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    const std::string output = gateway_.path("wait.log");
    Process waiting = ctl_beside(
        gateway_, {"wait", "--port", gateway_.path("modem"), "--released", "--timeout", "60s"}, output);
    gateway_.plug("modem");
    ASSERT_EQ(waiting.wait(60s), 0) << read_text(output) << gateway_.log();
    EXPECT_EQ(read_text(output), gateway_.path("modem") + ": released\n");
    EXPECT_EQ(gateway_.property("State"), "compliant");
    EXPECT_EQ(gateway_.property("PortUse"), "released");
    EXPECT_EQ(Process({"flock", "--nonblock", gateway_.path("modem"), "true"}, {}).wait(20s), 0)
        << "another program can claim it";
    const std::string node = std::filesystem::canonical(gateway_.path("modem"));
    EXPECT_EQ(ctl(gateway_, {"wait", "--port", node, "--released"}).exit, 0);
}

TEST_F(WaitRelease, EndsWhereNothingAnswers) {
    gateway_.start();
    gateway_.plug("modem", {"--fault", "silence"});
    EXPECT_EQ(wait("15s").exit, 0) << gateway_.log();
}

TEST_F(WaitRelease, EndsWhereAnotherDeviceAnswers) {
    gateway_.start();
    gateway_.plug("modem", {"--fault", "identity:quectel"});
    EXPECT_EQ(wait("15s").exit, 0) << gateway_.log();
}

TEST_F(WaitRelease, WaitsForAPortThatIsNotPresent) {
    gateway_.start();
    const Outcome outcome = wait("1s");
    EXPECT_EQ(outcome.exit, 7);
    EXPECT_THAT(outcome.errors, HasSubstr("modem is not released: it is not present"));
    EXPECT_THAT(wait("100ms", "elsewhere").errors, HasSubstr("elsewhere has appeared"));
}

TEST_F(WaitRelease, ReportsWhomBgs2dWaitsFor) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.plug("modem");
    ASSERT_TRUE(is_linked());
    const auto holder = hold();
    gateway_.start();
    const Outcome outcome = wait("3s");
    EXPECT_EQ(outcome.exit, 7);
    EXPECT_THAT(outcome.errors, HasSubstr("bgs2d waits for tail (" + std::to_string(holder->pid()) + ")"));
    holder->signal(SIGKILL);
    EXPECT_EQ(wait("20s").exit, 0) << gateway_.log();
    EXPECT_EQ(gateway_.property("State"), "compliant");
}

TEST_F(WaitRelease, FailsWithoutBgs2d) {
    EXPECT_EQ(wait("10s").exit, 6);
    gateway_.start();
    Process waiting = ctl_beside(gateway_, {"wait", "--port", gateway_.path("modem"), "--released"},
                                 gateway_.path("wait.log"));
    gateway_.stop(); // before or after its first call
    EXPECT_EQ(waiting.wait(20s), 6) << read_text(gateway_.path("wait.log"));
}

TEST_F(WaitRelease, PrintsThePortAsJson) {
    gateway_.start();
    gateway_.plug("modem");
    const Outcome outcome =
        ctl(gateway_, {"wait", "--port", gateway_.path("modem"), "--released", "--timeout", "20s", "--json"});
    EXPECT_EQ(outcome.output, "{\"device\":\"" + gateway_.path("modem") +
                                  "\",\"state\":\"modem\",\"use\":\"released\",\"imei\":\"" + default_imei +
                                  "\"}\n");
}

/// "An own program" of bgs2d-ports(7), with a program that counts its starts.
class OwnProgram : public WaitRelease {
  protected:
    void SetUp() override {
        const auto example = read_page_example(BGS2_PORTS_PAGE, "An own program");
        const std::string script = gateway_.write("uplink", example.file("/usr/local/bin/uplink"));
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
        const std::string reader = gateway_.write(
            "reader", "#!/bin/sh\necho started >>" + gateway_.path("starts") + "\nexec tail -f /dev/null\n");
        std::filesystem::permissions(reader, std::filesystem::perms::owner_all);
        gateway_.write("starts", "");
    }

    void TearDown() override {
        if (uplink_) {
            uplink_->signal(SIGTERM);
            EXPECT_TRUE(uplink_->wait(20s).has_value()) << "the script ignores SIGTERM";
        }
    }

    void start_uplink() {
        const std::string programs = std::filesystem::path(BGS2CTL).parent_path();
        uplink_ = std::make_unique<Process>(
            std::vector<std::string>{"env", "PATH=" + programs + ":/usr/sbin:/usr/bin:/sbin:/bin",
                                     gateway_.path("uplink"), gateway_.path("modem"),
                                     gateway_.path("reader")},
            Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()},
                             .output = gateway_.path("uplink.log")});
    }

    [[nodiscard]] std::size_t starts() const {
        return static_cast<std::size_t>(std::ranges::count(read_text(gateway_.path("starts")), '\n'));
    }

    bool is_free() const {
        return Process({"flock", "--nonblock", gateway_.path("modem"), "true"}, {}).wait(20s) == 0;
    }

    std::unique_ptr<Process> uplink_;
};

TEST_F(OwnProgram, StartsAfterProvisioningAndGivesThePortBackForARenewal) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    start_uplink();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.eventually([&] { return starts() == 1; }))
        << read_text(gateway_.path("uplink.log")) << gateway_.log();
    EXPECT_EQ(gateway_.property("State"), "compliant");
    EXPECT_FALSE(is_free());
    gateway_.write("ca.pem", next_authority().certificate_pem());
    EXPECT_TRUE(gateway_.eventually([&] {
        return gateway_.thumbprint(1) == next_authority().certificate().fingerprint();
    })) << gateway_.log();
    EXPECT_TRUE(gateway_.eventually([&] { return starts() == 2; })) << read_text(gateway_.path("uplink.log"));
    EXPECT_EQ(gateway_.property("State"), "compliant");
}

TEST_F(OwnProgram, IsStoppedWithTheScript) {
    gateway_.start();
    gateway_.plug("modem", {"--fault", "silence"});
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.port_state("modem") == "silent"; }));
    start_uplink();
    ASSERT_TRUE(gateway_.eventually([&] { return starts() > 0; }))
        << read_text(gateway_.path("uplink.log")) << gateway_.log();
    uplink_->signal(SIGTERM);
    EXPECT_EQ(uplink_->wait(20s), 0) << read_text(gateway_.path("uplink.log"));
    uplink_.reset();
    EXPECT_TRUE(gateway_.eventually([&] { return is_free(); }));
}

/// The program of "An own program" of bgs2d-ports(7) that borrows the port over the bus.
class BusProgram : public WaitRelease {
  protected:
    void SetUp() override {
        const auto example = read_page_example(BGS2_PORTS_PAGE, "An own program");
        const std::string source = gateway_.write("reader.c", example.file("/usr/local/src/reader.c"));
        Process compiler(
            {"cc", "-Wall", "-Wextra", "-Werror", "-o", gateway_.path("reader"), source, "-lsystemd"},
            {.environment = {}, .output = gateway_.path("cc.log")});
        ASSERT_EQ(compiler.wait(60s), 0) << read_text(gateway_.path("cc.log"));
    }

    void start_reader() {
        reader_ = std::make_unique<Process>(
            std::vector<std::string>{gateway_.path("reader"), gateway_.path("modem")},
            Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()},
                             .output = gateway_.path("reader.log")});
    }

    bool has_borrowed(std::ptrdiff_t times) {
        return gateway_.eventually(
            [&] { return std::ranges::count(read_text(gateway_.path("reader.log")), '\n') == times; }, 60s);
    }

    void renew() { gateway_.write("ca.pem", next_authority().certificate_pem()); }
    bool is_renewed() { return gateway_.thumbprint(1) == next_authority().certificate().fingerprint(); }

    std::unique_ptr<Process> reader_;
};

TEST_F(BusProgram, GivesThePortBackForARenewal) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    start_reader();
    ASSERT_TRUE(has_borrowed(1)) << read_text(gateway_.path("reader.log")) << gateway_.log();
    renew();
    EXPECT_TRUE(has_borrowed(2)) << read_text(gateway_.path("reader.log")) << gateway_.log();
    EXPECT_TRUE(is_renewed());
}

TEST_F(BusProgram, CallsAgainIfTheWorkOfBgs2dTakesLongerThanACall) {
    gateway_.write_policy("10-ca", "[port]\nsettle = \"2500ms\"\n" + ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.eventually([&] {
        const auto port = gateway_.port("modem");
        return !port.empty() && port.at("use").get<std::string>() == "borrowed";
    })) << gateway_.log();
    const auto begin = std::chrono::steady_clock::now();
    start_reader();
    EXPECT_TRUE(has_borrowed(1)) << read_text(gateway_.path("reader.log")) << gateway_.log();
    EXPECT_GT(std::chrono::steady_clock::now() - begin, 20s) << "the work did not take long";
    EXPECT_EQ(gateway_.property("State"), "compliant");
    EXPECT_EQ(gateway_.property("PortUse"), "released");
}

} // namespace
} // namespace bgs2::test
