// SPDX-License-Identifier: Apache-2.0
// Kills and restarts the daemon at each point of its work: the result is the same as without a kill.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// The number of occurrences of `text` in the log of the modem.
std::size_t count(const Gateway& gateway, std::string_view text) {
    const std::string log = gateway.modem_log("modem");
    std::size_t times = 0;
    for (auto found = log.find(text); found != std::string::npos; found = log.find(text, found + 1))
        ++times;
    return times;
}

std::size_t reads(const Gateway& gateway) {
    return count(gateway, " command AT^SBNR");
}

std::size_t writes(const Gateway& gateway) {
    return count(gateway, " command AT^SBNW");
}

/// The number of frames that the modem was ready to receive.
std::size_t ready_prompts(const Gateway& gateway) {
    return count(gateway, " answer SECURE CMD READY");
}

/// Bytes of frames sent by the first job; 0: no job yet.
std::uint64_t bytes_sent(const Gateway& gateway) {
    const auto connection = sdbus::createSessionBusConnectionWithAddress(gateway.bus_address());
    try {
        return bus::make_proxy(*connection, "io.bgs2d1", "/io/bgs2d1/job/1")
            ->getProperty("BytesSent")
            .onInterface("io.bgs2d1.Job")
            .get<std::uint64_t>();
    } catch (const sdbus::Error&) {
        return 0;
    }
}

std::string with_settle_time(const Gateway& gateway) {
    return "[port]\nsettle = \"400ms\"\n" + client_policy(gateway);
}

std::string manual(const Gateway& gateway) {
    return "[provision]\nmode = \"manual\"\n" + client_policy(gateway);
}

std::string ignoring(const Gateway& gateway) {
    return "[provision]\nmode = \"ignore\"\n" + client_policy(gateway);
}

std::string for_another_modem(const Gateway& gateway) {
    return "[match]\nimei = \"490154203237518\"\n" + client_policy(gateway);
}

std::string with_mismatched_key(const Gateway& gateway) {
    std::string policy = client_policy(gateway);
    gateway.write("client.key", certificate_authority().pkcs8_pem());
    return policy;
}

bool is_in(Gateway& gateway, std::string_view state) {
    return gateway.property("State") == state;
}

/// Whether bgs2d has recorded a slot as stored, which is a moment after the module stored it.
bool is_recorded(const Gateway& gateway) {
    return read_text(gateway.path("state/modems/" + std::string(default_imei) + ".toml"))
               .find("stored = true") != std::string::npos;
}

const std::vector<std::string> slow{"--baud", "9600"}; // a frame takes two seconds, a read-back one

/// A point at which the daemon is killed.
struct KillPoint {
    const char* name;
    std::string (*policy)(const Gateway&);
    std::vector<std::string> modem;  ///< arguments of bgs2sim
    bool (*is_reached)(Gateway&);    ///< during the first run of the daemon
    const char* state = "compliant"; ///< final state of the modem, with and without the kill
};

class Kill : public testing::TestWithParam<KillPoint> {};

TEST_P(Kill, DoesNotAffectTheFinalStateOfTheModem) {
    const KillPoint& point = GetParam();
    Gateway gateway;
    gateway.write_policy("10-client", point.policy(gateway));
    gateway.start();
    std::vector<std::string> arguments{"--frame-timeout", "1"}; // duration of a truncated frame
    arguments.insert(arguments.end(), point.modem.begin(), point.modem.end());
    gateway.plug("modem", arguments);
    ASSERT_TRUE(gateway.eventually([&] { return point.is_reached(gateway); })) << gateway.log();
    const std::string reason = is_in(gateway, point.state) ? gateway.property("Reason") : "";

    gateway.daemon().signal(SIGKILL);
    ASSERT_EQ(gateway.daemon().wait(10s), -SIGKILL);
    gateway.start();
    ASSERT_TRUE(gateway.becomes(point.state)) << gateway.log() << gateway.modem_log("modem");
    if (!reason.empty()) {
        EXPECT_EQ(gateway.property("Reason"), reason);
    }

    if (point.state == std::string_view("compliant")) {
        EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
        EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
        EXPECT_EQ(count(gateway, " slot is_cert 0 written "), 1U) << gateway.modem_log("modem");
        EXPECT_EQ(count(gateway, " slot is_cert 1 written "), 1U) << gateway.modem_log("modem");
        EXPECT_EQ(count(gateway, " key=yes"), 1U);
    } else {
        EXPECT_EQ(count(gateway, " slot is_cert "), 0U) << gateway.modem_log("modem");
    }
}

INSTANTIATE_TEST_SUITE_P(
    While, Kill,
    testing::Values(
        KillPoint{"Identifying", client_policy, slow,
                  [](Gateway& gateway) {
                      return gateway.modem_log("modem").find(" command ") != std::string::npos &&
                             reads(gateway) == 0;
                  }},
        KillPoint{"Reading", client_policy, slow,
                  [](Gateway& gateway) { return reads(gateway) == 1 && is_in(gateway, "reading"); }},
        KillPoint{"ProvisioningBeforeTheFirstFrame",
                  with_settle_time,
                  {},
                  [](Gateway& gateway) { return is_in(gateway, "provisioning") && writes(gateway) == 0; }},
        KillPoint{"WithinTheFirstFrame", client_policy, slow,
                  [](Gateway& gateway) {
                      return ready_prompts(gateway) == 1 && bytes_sent(gateway) > 0 &&
                             gateway.frames("modem") == 0;
                  }},
        KillPoint{"BetweenTwoFrames",
                  with_settle_time,
                  {},
                  [](Gateway& gateway) { return gateway.frames("modem") == 1 && is_recorded(gateway); }},
        KillPoint{
            "WithinTheSecondFrame", client_policy, slow,
            [](Gateway& gateway) { return ready_prompts(gateway) == 2 && gateway.frames("modem") == 1; }},
        KillPoint{"WrittenAndNotReadBack",
                  with_settle_time,
                  {},
                  [](Gateway& gateway) { return gateway.frames("modem") == 2 && reads(gateway) == 1; }},
        KillPoint{"ReadingBack", client_policy, slow,
                  [](Gateway& gateway) { return reads(gateway) == 2 && is_in(gateway, "provisioning"); }},
        KillPoint{
            "Compliant", client_policy, {}, [](Gateway& gateway) { return is_in(gateway, "compliant"); }},
        KillPoint{
            "Drifted", manual, {}, [](Gateway& gateway) { return is_in(gateway, "drifted"); }, "drifted"},
        KillPoint{"Failed",
                  client_policy,
                  {"--fault", "length-error"},
                  [](Gateway& gateway) { return is_in(gateway, "failed"); },
                  "failed"},
        KillPoint{"Blocked",
                  with_mismatched_key,
                  {},
                  [](Gateway& gateway) { return is_in(gateway, "blocked"); },
                  "blocked"},
        KillPoint{"PermanentlyRejected",
                  client_policy,
                  {"--fault", "secure-error"},
                  [](Gateway& gateway) { return is_in(gateway, "blocked"); },
                  "blocked"},
        KillPoint{"Unmanaged",
                  for_another_modem,
                  {},
                  [](Gateway& gateway) { return is_in(gateway, "unmanaged"); },
                  "unmanaged"},
        KillPoint{"Ignored",
                  ignoring,
                  {},
                  [](Gateway& gateway) { return is_in(gateway, "unmanaged"); },
                  "unmanaged"}),
    [](const auto& instance) { return instance.param.name; });

TEST(RepeatedKill, DuringFramesDoesNotPreventLaterCompliance) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.plug("modem", {"--frame-timeout", "1", "--baud", "9600"});
    for (const std::size_t times : {1U, 2U}) {
        gateway.start();
        ASSERT_TRUE(gateway.eventually([&] { return ready_prompts(gateway) == times; })) << gateway.log();
        gateway.daemon().signal(SIGKILL);
        ASSERT_EQ(gateway.daemon().wait(10s), -SIGKILL);
    }
    gateway.start();
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log() << gateway.modem_log("modem");
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
}

TEST(KillDuringManualProvisioning, LeavesTheModemDriftedUntilTheNextRequest) {
    Gateway gateway;
    gateway.write_policy("10-client", manual(gateway));
    gateway.start();
    gateway.plug("modem", {"--frame-timeout", "1", "--baud", "9600"});
    ASSERT_TRUE(gateway.becomes("drifted")) << gateway.log();
    gateway.ask("Provision");
    ASSERT_TRUE(gateway.eventually([&] { return gateway.frames("modem") == 1; })) << gateway.log();
    gateway.daemon().signal(SIGKILL);
    ASSERT_EQ(gateway.daemon().wait(10s), -SIGKILL);
    gateway.start();
    ASSERT_TRUE(gateway.becomes("drifted")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("slot 1 is empty"));
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint()) << "that much was done";
    gateway.ask("Provision");
    EXPECT_TRUE(gateway.becomes("compliant")) << gateway.log();
}

} // namespace
} // namespace bgs2::test
