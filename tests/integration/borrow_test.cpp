// SPDX-License-Identifier: Apache-2.0
// bgs2d borrows the port of a modem while it has work, and gives it back.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

/// A policy for slot 1 with these lines of [port].
std::string ca_policy_with_port(const Gateway& gateway, const std::string& port) {
    return fmt::format("[port]\nsettle = \"0\"\n{}\n{}", port, ca_policy(gateway));
}

/// Another program that has the port, as flock(2) shows.
class Holder {
  public:
    explicit Holder(Gateway& gateway)
      : log_(gateway.path("holder.log"))
      , process_(
            {"flock", "--no-fork", gateway.path("modem"), "sh", "-c", "echo held; exec tail -f /dev/null"},
            Process::Options{.environment = {}, .output = log_}) {
        is_ready_ = gateway.eventually(
            [this] { return std::filesystem::exists(log_) && std::filesystem::file_size(log_) > 0; });
    }
    [[nodiscard]] bool is_ready() const { return is_ready_; }
    [[nodiscard]] std::string name() const { return fmt::format("tail ({})", process_.pid()); }
    void close() { process_.signal(SIGKILL); }

  private:
    std::string log_;
    Process process_;
    bool is_ready_ = false;
};

class Borrowing : public testing::Test {
  protected:
    void start(const std::string& port = "") {
        gateway_.write_policy("10-ca", ca_policy_with_port(gateway_, port));
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    }
    void renew() { gateway_.write("ca.pem", next_authority().certificate_pem()); }
    bool is_renewed() {
        return gateway_.eventually([&] {
            return gateway_.property("State") == "compliant" &&
                   gateway_.thumbprint(1) == next_authority().certificate().fingerprint();
        });
    }
    bool waits() {
        return gateway_.eventually([&] { return gateway_.property("PortUse") == "waiting"; });
    }

    [[nodiscard]] std::uint64_t last_verified() {
        return gateway_.modem()
            ->getProperty("LastVerified")
            .onInterface("io.bgs2d1.Modem")
            .get<std::uint64_t>();
    }

    Gateway gateway_;
};

TEST_F(Borrowing, LeavesThePortToOthersAndKeepsTheModemOnTheBus) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.releases()) << gateway_.log();
    Holder holder(gateway_);
    ASSERT_TRUE(holder.is_ready());
    EXPECT_EQ(gateway_.property("State"), "compliant");
    EXPECT_EQ(gateway_.property("PortHolder"), "");
    EXPECT_NE(last_verified(), 0U);
    EXPECT_EQ(gateway_.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway_.port("modem").at("use").get<std::string>(), "released");
}

TEST_F(Borrowing, RestoresTheErrorsOfTheModule) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.releases()) << gateway_.log();
    const std::string log = gateway_.modem_log("modem");
    EXPECT_GT(log.rfind("command AT+CMEE=0"), log.rfind("command AT+CMEE=2"));
    EXPECT_GT(log.rfind("port-close"), log.rfind("command AT+CMEE=0"));
}

TEST_F(Borrowing, WaitsForTheHolderOfThePortWithoutAByte) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.is_closed("modem"));
    Holder holder(gateway_);
    ASSERT_TRUE(holder.is_ready());
    const std::string conversation = gateway_.modem_log("modem");
    renew();
    ASSERT_TRUE(gateway_.becomes("waiting")) << gateway_.log();
    EXPECT_EQ(gateway_.property("ReasonCode"), "port-in-use");
    EXPECT_THAT(gateway_.property("Reason"), HasSubstr("waiting for the port"));
    EXPECT_THAT(gateway_.property("Reason"), HasSubstr(holder.name()));
    EXPECT_EQ(gateway_.property("PortUse"), "waiting");
    EXPECT_EQ(gateway_.property("PortHolder"), holder.name());
    EXPECT_THAT(gateway_.port("modem").at("work").get<std::string>(), HasSubstr("10-ca"));
    EXPECT_EQ(gateway_.modem_log("modem"), conversation);
    const auto closed = Clock::now();
    holder.close();
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.property("PortUse") != "waiting"; }, 5s));
    fmt::print("taken up {:.3f} s after it was closed\n",
               std::chrono::duration<double>(Clock::now() - closed).count());
    EXPECT_TRUE(is_renewed()) << gateway_.log();
}

TEST_F(Borrowing, KeepsTheVerifiedStateWhileACheckWaits) {
    gateway_.write_policy("10-ca", "[provision]\nverify-every = \"1s\"\n" + ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant"));
    ASSERT_TRUE(gateway_.releases());
    Holder holder(gateway_);
    ASSERT_TRUE(holder.is_ready());
    ASSERT_TRUE(waits()) << gateway_.log();
    EXPECT_EQ(gateway_.property("State"), "compliant");
    EXPECT_EQ(gateway_.property("PortHolder"), holder.name());
    const std::uint64_t before = last_verified();
    holder.close();
    EXPECT_TRUE(gateway_.eventually([&] { return last_verified() > before; }))
        << gateway_.log() << gateway_.modem_log("modem");
}

TEST_F(Borrowing, AJobWaitsForThePortAndCanBeCancelled) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.releases());
    Holder holder(gateway_);
    ASSERT_TRUE(holder.is_ready());
    const auto job = gateway_.ask("Refresh");
    ASSERT_TRUE(waits()) << gateway_.log();
    const auto proxy = bus::make_proxy(sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address()),
                                       "io.bgs2d1", job);
    ASSERT_TRUE(gateway_.eventually([&] {
        return proxy->getProperty("Step").onInterface("io.bgs2d1.Job").get<std::string>() ==
               "waiting for the port: " + holder.name();
    }));
    proxy->callMethod("Cancel").onInterface("io.bgs2d1.Job");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); }));
    EXPECT_THAT(*gateway_.end_of(job), HasSubstr("Cancelled"));
    EXPECT_TRUE(gateway_.releases()) << "nothing is left to do";
    EXPECT_EQ(gateway_.property("State"), "compliant");
}

TEST_F(Borrowing, AWaitingCheckDoesNotHideAWrite) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.releases());
    Holder holder(gateway_);
    ASSERT_TRUE(holder.is_ready());
    const auto job = gateway_.ask("Refresh");
    ASSERT_TRUE(waits()) << gateway_.log();
    EXPECT_EQ(gateway_.property("State"), "compliant");
    renew();
    ASSERT_TRUE(gateway_.becomes("waiting")) << gateway_.log();
    EXPECT_THAT(gateway_.port("modem").at("work").get<std::string>(), HasSubstr("apply the policy"));
    holder.close();
    EXPECT_TRUE(is_renewed()) << gateway_.log();
    EXPECT_EQ(gateway_.end_of(job), "");
}

TEST_F(Borrowing, NeedsNoPortForASourceThatIsWrittenWithTheSameContent) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.is_closed("modem"));
    const std::string conversation = gateway_.modem_log("modem");
    gateway_.write("ca.pem", certificate_authority().certificate_pem() + "\n");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.log().contains("ca.pem has changed"); }));
    gateway_.reload();
    EXPECT_EQ(gateway_.modem_log("modem"), conversation);
    EXPECT_EQ(gateway_.property("State"), "compliant");
}

TEST_F(Borrowing, OfAModemThatWasSeenBeforeARestartWaitsForItsPort) {
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.releases());
    ASSERT_EQ(gateway_.stop(), 0);
    Holder holder(gateway_);
    ASSERT_TRUE(holder.is_ready());
    renew();
    gateway_.start();
    ASSERT_TRUE(gateway_.becomes("waiting")) << gateway_.log();
    EXPECT_EQ(gateway_.property("Model"), "BGS2-W");
    EXPECT_EQ(gateway_.property("PortHolder"), holder.name());
    EXPECT_THAT(gateway_.port("modem").at("work").get<std::string>(), HasSubstr("apply the policy"));
    EXPECT_EQ(last_verified(), 0U);
    holder.close();
    EXPECT_TRUE(is_renewed()) << gateway_.log();
}

TEST_F(Borrowing, OfAModuleThatWasExchangedMeanwhileServesTheOtherOne) {
    const std::string other = "490154203237518";
    ASSERT_NO_FATAL_FAILURE(start());
    ASSERT_TRUE(gateway_.releases());
    gateway_.plug("modem", {"--imei", other});
    ASSERT_TRUE(gateway_.becomes("compliant", other)) << gateway_.log();
    EXPECT_EQ(gateway_.property("State"), "");
    EXPECT_EQ(gateway_.frames("modem"), 2U) << "one for each";
}

TEST_F(Borrowing, IsNotGivenBackIfThePolicyKeepsThePort) {
    ASSERT_NO_FATAL_FAILURE(start("use = \"keep\""));
    ASSERT_TRUE(gateway_.eventually([&] { return !gateway_.port("modem").empty(); }));
    EXPECT_EQ(gateway_.property("PortUse"), "borrowed");
    renew();
    ASSERT_TRUE(is_renewed()) << gateway_.log();
    EXPECT_EQ(gateway_.property("PortUse"), "borrowed");
    EXPECT_THAT(gateway_.modem_log("modem"), Not(HasSubstr("port-close")));
    gateway_.write_policy("10-ca", ca_policy_with_port(gateway_, "use = \"borrow\""));
    EXPECT_TRUE(gateway_.releases()) << gateway_.log();
}

} // namespace
} // namespace bgs2::test
