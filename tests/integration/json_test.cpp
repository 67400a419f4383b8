// SPDX-License-Identifier: Apache-2.0
// The output of bgs2ctl --json matches docs/json.md.
#include "cli/verbs/verbs.h"
#include "daemon/sbnw/frame.h"
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"
#include "tests/integration/json_page.h"
#include "tests/support/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <poll.h>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace bgs2::test {
namespace {

using nlohmann::json;
using testing::IsEmpty;
using Words = std::vector<std::string>;

/// A gateway with output for each type of docs/json.md.
class JsonOutput : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", "[provision]\nmode = \"manual\"\n[match]\nmodel = \"BGS2-*\"\n" +
                                               client_policy(gateway_));
        gateway_.write_policy("20-other", "[match]\nmodel = \"EHS*\"\n");
        gateway_.start({"--trace", gateway_.path("")});
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
        sbnw::SecureCommand command;
        command.slot = 4;
        command.certificate = certificate_authority().certificate_der();
        gateway_.write("frame.bin", as_text(sbnw::encode(command)->bytes()));
    }

    /// Runs the verb of a row of the page and compares each line of its output.
    void check(const std::string& row, Words words, int exit = 0) {
        words.emplace_back("--json");
        const Outcome outcome = ctl(gateway_, words);
        EXPECT_EQ(outcome.exit, exit) << row << ": " << outcome.errors;
        check_lines(row, outcome.output);
        if (exit != 0 && !outcome.errors.empty()) {
            EXPECT_THAT(page_.deviations(json::parse(outcome.errors), "Error"), IsEmpty()) << row;
        }
    }

    void check_lines(const std::string& row, const std::string& output) {
        seen_.insert(row);
        ASSERT_TRUE(page_.verbs().contains(row)) << row << " is not on the page";
        std::istringstream lines(output);
        int count = 0;
        for (std::string line; std::getline(lines, line); ++count)
            EXPECT_THAT(page_.deviations(json::parse(line), page_.verbs().at(row)), IsEmpty()) << line;
        EXPECT_GT(count, 0) << row << " prints nothing";
    }

    std::string file(const char* name) { return gateway_.path(name); }

    Gateway gateway_;
    JsonPage page_{BGS2_JSON_PAGE};
    std::set<std::string> seen_;
};

/// Sends a frame to the modem behind this tty, like another program.
void send_to(const std::string& tty, const std::string& frame) {
    const int descriptor = ::open(tty.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios settings{};
    ::tcgetattr(descriptor, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(descriptor, TCSANOW, &settings);
    const auto transmit = [descriptor](std::string_view text) {
        EXPECT_EQ(::write(descriptor, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    };
    const auto expect_reply = [descriptor](std::string_view text) {
        std::string received;
        std::array<char, 256> buffer{};
        pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
        while (!received.contains(text) && ::poll(&waiting, 1, 10'000) > 0)
            received.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(
                                               0, ::read(descriptor, buffer.data(), buffer.size()))));
        EXPECT_TRUE(received.contains(text)) << received;
    };
    transmit("AT^SBNW=is_cert,1\r");
    expect_reply("SECURE CMD READY");
    transmit(frame);
    expect_reply("SECURE CMD END OK");
    ::close(descriptor);
}

TEST_F(JsonOutput, MatchesTheDocumentationForEveryVerb) {
    const std::string monitored = file("monitor.out");
    const Process monitor = ctl_beside(gateway_, {"monitor", "--json"}, monitored);
    ASSERT_TRUE(gateway_.eventually([&] { return read_text(monitored).contains("\"daemon\""); }));

    check("list", {"list"});
    check("show", {"show"});
    check("provision --dry-run", {"provision", "--dry-run"}, 9);
    check("provision", {"provision"});
    check("refresh", {"refresh"});
    check("trust", {"trust"});
    check("install", {"install", "--slot", "5", "--cert", file("ca.pem")});
    check("erase", {"erase", "any", "--slot", "5"});
    check("frame send --dry-run", {"frame", "send", "any", file("frame.bin"), "--dry-run"});
    check("frame send", {"frame", "send", "any", file("frame.bin")});
    check("jobs", {"jobs"});
    check("cancel", {"cancel", "1"});
    check("wait", {"wait", "--state", "compliant", "--timeout", "20s"});
    check("wait --released", {"wait", "--port", file("modem"), "--released", "--timeout", "20s"});
    check("history", {"history"});
    check("ports", {"ports"});
    check("rescan", {"rescan"});
    check("policy show", {"policy", "show"});
    check("policy explain", {"policy", "explain"});
    check("frame encode", {"frame", "encode", "--slot", "0", "--cert", file("client.pem"), "--key",
                           file("client.key"), "--imei", default_imei, "--sign-key", file("client.key"),
                           "--include-thumbprint", "-o", file("signed.bin")});
    check("frame decode", {"frame", "decode", file("signed.bin"), "--verify-key", file("client.pem")});
    check("frame diff", {"frame", "diff", file("frame.bin"), file("signed.bin")}, 1);
    for (const auto& each : std::filesystem::directory_iterator(gateway_.path(""))) {
        if (each.path().extension() == ".trace")
            check("frame decode of a trace", {"frame", "decode", each.path()});
    }

    gateway_.write_policy("30-broken", "[provision]\nmode = \"sometimes\"\n");
    check("policy check", {"policy", "check", file("policy.d/30-broken.toml")}, 1);
    check("reload", {"reload"}, 1);
    check("policy reload", {"policy", "reload"}, 1);
    check("doctor", {"doctor"}, 1);
    gateway_.unplug("modem");
    ASSERT_TRUE(gateway_.eventually([&] { return read_text(monitored).contains("modem-removed"); }));
    check_lines("monitor", read_text(monitored));

    const Process capture =
        ctl_beside(gateway_, {"capture", "--pty", file("tty"), "--json"}, file("capture.out"));
    ASSERT_TRUE(gateway_.eventually([&] { return std::filesystem::exists(file("tty")); }));
    send_to(file("tty"), read_text(file("frame.bin")));
    ASSERT_TRUE(gateway_.eventually([&] { return read_text(file("capture.out")).ends_with("\n"); }));
    check_lines("capture", read_text(file("capture.out")));

    for (const auto& [row, type] : page_.verbs())
        EXPECT_TRUE(seen_.contains(row)) << row << " is on the page, and was not run";
    for (const cli::VerbInfo& verb : cli::all_verbs())
        EXPECT_TRUE(page_.verbs().contains(std::string(verb.name))) << verb.name << " is not on the page";
}

TEST_F(JsonOutput, OfAnErrorIsAnObjectOnStandardError) {
    const Outcome missing = ctl(gateway_, {"show", "111", "--json"});
    EXPECT_EQ(missing.exit, 3);
    EXPECT_EQ(missing.output, "");
    EXPECT_THAT(page_.deviations(json::parse(missing.errors), "Error"), IsEmpty());
}

} // namespace
} // namespace bgs2::test
