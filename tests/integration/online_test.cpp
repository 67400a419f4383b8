// SPDX-License-Identifier: Apache-2.0
// The verbs of bgs2ctl with a running daemon: exit codes, text, JSON.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

class OnADriftedModem : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", "[provision]\nmode = \"manual\"\n" + client_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem", {"--baud", "9600"}); // slow enough for requests in the middle of a frame
        ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    }

    bool writes(const sdbus::ObjectPath& job) {
        const auto proxy = bus::make_proxy(*connection_, "io.bgs2d1", job);
        return gateway_.eventually([&] {
            return proxy->getProperty("Step").onInterface("io.bgs2d1.Job").get<std::string>() ==
                   "writing slot 0";
        });
    }

    Gateway gateway_;
    std::unique_ptr<sdbus::IConnection> connection_ =
        sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
};

TEST_F(OnADriftedModem, EveryVerbThatReadsSucceedsAsTextAndAsJson) {
    for (const Words& words : {Words{}, Words{"list"}, Words{"show"}, Words{"show", "809"}, Words{"ports"},
                               Words{"history"}, Words{"policy", "show"}, Words{"policy", "explain"}}) {
        const Outcome text = ctl(gateway_, words);
        EXPECT_EQ(text.exit, 0) << text.errors;
        EXPECT_EQ(text.errors, "");
        EXPECT_NE(text.output, "");
        Words with_json = words;
        with_json.emplace_back("--json");
        const Outcome object = ctl(gateway_, with_json);
        EXPECT_EQ(object.exit, 0) << object.errors;
        EXPECT_TRUE(json::accept(object.output)) << object.output;
    }
}

TEST_F(OnADriftedModem, EveryVerbThatWritesSucceedsAsTextAndAsJson) {
    EXPECT_EQ(ctl(gateway_, {"provision", "--dry-run"}).exit, 9);
    EXPECT_EQ(ctl(gateway_, {"refresh"}).output, std::string(default_imei) + ": slots read\n");
    EXPECT_EQ(json::parse(ctl(gateway_, {"provision", "--json"}).output)["success"], true);
    EXPECT_EQ(ctl(gateway_, {"provision", "--dry-run"}).exit, 0);
    EXPECT_EQ(ctl(gateway_, {"rescan"}).exit, 0);
    EXPECT_EQ(ctl(gateway_, {"reload", "--json"}).output, "{\"errors\":[]}\n");
    EXPECT_EQ(ctl(gateway_, {"rescan", "--no-ask-password", "--no-pager"}).exit, 0);
}

TEST_F(OnADriftedModem, AnUnknownModemIsNotFoundByAnyVerb) {
    const std::string file = gateway_.path("ca.pem");
    for (const Words& words : {Words{"show", "111"}, Words{"provision", "111"}, Words{"refresh", "111"},
                               Words{"install", "111", "--slot", "1", "--cert", file},
                               Words{"erase", "111", "--slot", "1"}, Words{"cancel", "111"}}) {
        const Outcome outcome = ctl(gateway_, words);
        EXPECT_EQ(outcome.exit, 3) << words.front() << ": " << outcome.errors;
        EXPECT_EQ(outcome.output, "");
    }
    EXPECT_EQ(gateway_.frames("modem"), 0U);
}

TEST_F(OnADriftedModem, JobsAreListedWhileRunningAndAfterwards) {
    const Outcome none = ctl(gateway_, {"jobs", "--json"});
    EXPECT_EQ(none.exit, 0);
    EXPECT_EQ(none.output, "[]\n");
    EXPECT_THAT(ctl(gateway_, {"jobs"}).errors, StartsWith("no active jobs"));
    const auto job = gateway_.ask("Provision");
    ASSERT_TRUE(writes(job)) << gateway_.log();
    EXPECT_THAT(ctl(gateway_, {"jobs"}).output, HasSubstr("writing slot 0"));
    const json running = json::parse(ctl(gateway_, {"jobs", "--json"}).output);
    ASSERT_EQ(running.size(), 1U);
    EXPECT_EQ(running[0]["operation"], "provision");
    EXPECT_EQ(running[0]["imei"], default_imei);
    EXPECT_EQ(running[0]["step_code"], "writing");
    EXPECT_EQ(running[0]["result"], nullptr);
    EXPECT_GT(running[0]["bytes_total"], 1000);
    EXPECT_GT(running[0]["started"], 1'000'000'000);
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); }));
    EXPECT_EQ(json::parse(ctl(gateway_, {"jobs", "--json"}).output)[0]["result"], "ok");
    EXPECT_EQ(json::parse(ctl(gateway_, {"jobs", "--json"}).output)[0]["step_code"], "done");
}

TEST_F(OnADriftedModem, CancelWaitsForTheEndOfTheJob) {
    const auto job = gateway_.ask("Provision");
    ASSERT_TRUE(writes(job)) << gateway_.log();
    const Outcome cancelled = ctl(gateway_, {"cancel", "1"});
    EXPECT_EQ(cancelled.exit, 0) << cancelled.errors;
    EXPECT_THAT(cancelled.output, StartsWith("job 1 (provision of 356938035643809) ended: Cancelled"));
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); }));
    const json again = json::parse(ctl(gateway_, {"cancel", job, "--json"}).output);
    EXPECT_EQ(again["success"], false);
    EXPECT_EQ(again["error"], "Cancelled");
    EXPECT_EQ(gateway_.frames("modem"), 1U) << "the frame that had begun, and no other";
}

TEST_F(OnADriftedModem, CancelRejectsAnUnknownOrInvalidJob) {
    EXPECT_EQ(ctl(gateway_, {"cancel", "7"}).exit, 3);
    EXPECT_EQ(ctl(gateway_, {"cancel", "/io/bgs2d1/job/7"}).exit, 3);
    EXPECT_EQ(ctl(gateway_, {"cancel", "seven"}).exit, 2);
    EXPECT_EQ(ctl(gateway_, {"cancel", ""}).exit, 2);
    EXPECT_THAT(ctl(gateway_, {"cancel", "007"}).errors, StartsWith("bgs2ctl: no job 007\n"));
}

TEST_F(OnADriftedModem, WaitReturnsAtOnceIfTheStateIsAlreadyReached) {
    const Outcome text = ctl(gateway_, {"wait", "--state", "drifted"});
    EXPECT_EQ(text.exit, 0) << text.errors;
    EXPECT_EQ(text.output, std::string(default_imei) + ": drifted\n");
    const json list =
        json::parse(ctl(gateway_, {"wait", "809", "--state", "compliant,drifted", "--json"}).output);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["state"], "drifted");
}

TEST_F(OnADriftedModem, AWaitTimeoutReportsTheStateAndItsReason) {
    const Outcome late = ctl(gateway_, {"wait", "--timeout", "100ms"});
    EXPECT_EQ(late.exit, 7);
    EXPECT_THAT(late.errors, StartsWith("bgs2ctl: 356938035643809 is drifted, not compliant: "));
    EXPECT_THAT(late.errors, HasSubstr("\n  hint: "));
    EXPECT_THAT(ctl(gateway_, {"wait", "any", "--timeout", "0", "--json"}).errors,
                StartsWith(R"({"error":"Timeout",)"));
    const Outcome stranger = ctl(gateway_, {"wait", "111", "--timeout", "100ms"});
    EXPECT_EQ(stranger.exit, 7);
    EXPECT_THAT(stranger.errors, StartsWith("bgs2ctl: the modem 111 has not appeared\n"));
}

TEST_F(OnADriftedModem, WaitReturnsWhenTheStateIsReached) {
    const std::string output = gateway_.path("wait.out");
    Process waiting = ctl_beside(gateway_, {"wait"}, output);
    const auto job = gateway_.ask("Provision");
    EXPECT_EQ(waiting.wait(30s), 0) << gateway_.log();
    EXPECT_EQ(read_text(output), std::string(default_imei) + ": compliant\n");
}

TEST_F(OnADriftedModem, AnInterruptedWaitReportsTheInterruption) {
    const std::string output = gateway_.path("wait.out");
    Process waiting = ctl_beside(gateway_, {"wait"}, output);
    // It has connected to the bus, so it handles the signal by now.
    ASSERT_TRUE(gateway_.eventually([&] {
        const std::string status = read_text("/proc/" + std::to_string(waiting.pid()) + "/status");
        return status.find("SigBlk:\t0000000000004002") != std::string::npos;
    }));
    waiting.signal(SIGINT);
    EXPECT_EQ(waiting.wait(10s), 1);
    EXPECT_THAT(read_text(output), StartsWith("bgs2ctl: interrupted before the modems were in the state"));
}

TEST(Waiting, SucceedsIfDaemonAndModemAppearLater) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    EXPECT_THAT(ctl(gateway, {"wait", "--timeout", "50ms"}).errors,
                StartsWith("bgs2ctl: bgs2d is not running\n"));
    const std::string output = gateway.path("wait.out");
    Process waiting = ctl_beside(gateway, {"wait", "3809", "--timeout", "1m"}, output);
    gateway.start();
    EXPECT_THAT(ctl(gateway, {"wait", "--timeout", "50ms"}).errors,
                StartsWith("bgs2ctl: no modem has appeared\n"));
    gateway.plug("modem");
    EXPECT_EQ(waiting.wait(30s), 0) << gateway.log();
    EXPECT_EQ(read_text(output), std::string(default_imei) + ": compliant\n");
}

TEST(WithoutDaemon, VerbsThatRequireItExitWithCodeSix) {
    const Gateway gateway;
    const std::string file = gateway.write("ca.pem", certificate_authority().certificate_pem());
    for (const Words& words :
         {Words{"list"}, Words{"jobs"}, Words{"cancel", "1"}, Words{"erase", "any", "--slot", "1"},
          Words{"install", "--slot", "1", "--cert", file}, Words{"provision"}}) {
        const Outcome outcome = ctl(gateway, words);
        EXPECT_EQ(outcome.exit, 6) << words.front() << ": " << outcome.errors;
    }
}

} // namespace
} // namespace bgs2::test
