// SPDX-License-Identifier: Apache-2.0
// The sleep of the machine, with the real logind. It asks systemd, which cannot run here, to start
// suspend.target: the test answers for systemd. tests/vm/sleep_test.cpp has both.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* logind_program = "/usr/lib/systemd/systemd-logind";
constexpr const char* logind_interface = "org.freedesktop.login1.Manager";

/// Answers for systemd: suspend.target exists, and cannot be started, or its job does not end.
class ServiceManager {
  public:
    enum class Start { fails, never_ends };

    explicit ServiceManager(const std::string& bus_address, Start start = Start::fails)
      : connection_(sdbus::createSessionBusConnectionWithAddress(bus_address))
      , manager_(bus::make_object(*connection_, "/org/freedesktop/systemd1"))
      , target_(bus::make_object(*connection_, "/org/freedesktop/systemd1/unit/suspend_2etarget")) {
        const auto start_unit = bus::method(
            "StartUnit", [this, start](const std::string& unit, const std::string&) -> sdbus::ObjectPath {
                asked_ = asked_ || unit == "suspend.target";
                if (start == Start::never_ends)
                    return sdbus::ObjectPath("/org/freedesktop/systemd1/job/1");
                throw bus::make_error("org.freedesktop.systemd1.UnitMasked",
                                      "the machine of the test does not sleep");
            });
        bus::publish(*manager_, bus::interface("org.freedesktop.systemd1.Manager", start_unit,
                                               bus::method("Subscribe", [] {})));
        bus::publish(*target_, bus::interface("org.freedesktop.systemd1.Unit", bus::property("LoadState", [] {
                                                  return std::string("loaded");
                                              })));
        bus::request_name(*connection_, "org.freedesktop.systemd1");
        connection_->enterEventLoopAsync();
    }
    ~ServiceManager() { connection_->leaveEventLoop(); }
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    [[nodiscard]] bool was_asked() const { return asked_; }

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IObject> manager_;
    std::unique_ptr<sdbus::IObject> target_;
    std::atomic<bool> asked_ = false;
};

class Sleep : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "SKIPPED: only root can run logind";
        if (!std::filesystem::exists(logind_program))
            GTEST_SKIP() << "SKIPPED: there is no logind (package systemd)";
    }

    /// In a mount namespace in which the kernel can sleep, and /run/systemd is that of this logind.
    void start_logind() {
        const std::string state = gateway_.write("power-state", "freeze mem\n");
        logind_.emplace(
            std::vector<std::string>{"unshare", "--mount", "sh", "-c",
                                     "mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && "
                                     "mount --bind \"$0\" /sys/power/state && exec \"$1\"",
                                     state, logind_program},
            Process::Options{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address(),
                                             "SYSTEMD_LOG_TARGET=console"},
                             .output = gateway_.path("logind.log")});
    }

    [[nodiscard]] std::unique_ptr<sdbus::IProxy> logind() const {
        return bus::make_proxy(sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address()),
                               "org.freedesktop.login1", "/org/freedesktop/login1");
    }

    /// Whether bgs2d, and nothing else, delays the sleep.
    bool delays() {
        using Inhibitor = sdbus::Struct<std::string, std::string, std::string, std::string, std::uint32_t,
                                        std::uint32_t>; // what, who, why, mode, user, process
        std::vector<Inhibitor> inhibitors;
        try {
            logind()->callMethod("ListInhibitors").onInterface(logind_interface).storeResultsTo(inhibitors);
        } catch (const sdbus::Error&) {
            return false;
        }
        return inhibitors.size() == 1 && inhibitors[0].get<0>() == "sleep" &&
               inhibitors[0].get<1>() == "bgs2d" && inhibitors[0].get<3>() == "delay" &&
               inhibitors[0].get<5>() == static_cast<std::uint32_t>(gateway_.daemon().pid());
    }
    bool begins_to_delay() {
        return gateway_.eventually([this] { return delays(); });
    }
    std::string logs() { return gateway_.log(); }

    Gateway gateway_;
    std::optional<Process> logind_;
};

TEST_F(Sleep, IsDelayedByALogindThatStartsLaterAndAgainAfterItsRestart) {
    gateway_.start();
    start_logind();
    EXPECT_TRUE(begins_to_delay()) << logs();
    logind_->signal(SIGTERM);
    ASSERT_TRUE(logind_->wait(10s));
    start_logind();
    EXPECT_TRUE(begins_to_delay()) << logs();
    EXPECT_EQ(gateway_.stop(), 0);
}

TEST_F(Sleep, BeginsWhenThePortsAreReleasedAndIsDelayedAgainAfterIt) {
    const ServiceManager systemd(gateway_.bus_address());
    start_logind();
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << logs();
    ASSERT_TRUE(begins_to_delay()) << logs();
    const auto begin = std::chrono::steady_clock::now();
    logind()->callMethod("Suspend").onInterface(logind_interface).withArguments(false);
    ASSERT_TRUE(gateway_.eventually([&] { return systemd.was_asked(); })) << logs();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s) << "logind waited for its own deadline";
    EXPECT_THAT(logs(), HasSubstr("the machine is about to sleep"));
    EXPECT_TRUE(
        gateway_.eventually([&] { return logs().find("the machine was asleep") != std::string::npos; }));
    EXPECT_TRUE(begins_to_delay()) << logs();
    EXPECT_TRUE(gateway_.becomes("compliant")) << logs();
}

TEST_F(Sleep, EndsWithTheLogindThatPreparedIt) {
    const ServiceManager systemd(gateway_.bus_address(), ServiceManager::Start::never_ends);
    start_logind();
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    ASSERT_TRUE(begins_to_delay()) << logs();
    logind()->callMethod("Suspend").onInterface(logind_interface).withArguments(false);
    ASSERT_TRUE(gateway_.eventually([&] { return systemd.was_asked(); })) << logs();
    EXPECT_THAT(logs(), HasSubstr("the machine is about to sleep"));
    gateway_.plug("modem"); // it is not used yet
    EXPECT_THAT(logs(), Not(HasSubstr("asleep")));
    logind_->signal(SIGKILL);
    ASSERT_TRUE(logind_->wait(10s));
    EXPECT_TRUE(gateway_.becomes("compliant")) << logs();
    start_logind();
    EXPECT_TRUE(begins_to_delay()) << logs();
}

TEST_F(Sleep, WithoutLogindIsNotMentioned) {
    gateway_.start();
    EXPECT_EQ(gateway_.stop(), 0);
    EXPECT_THAT(logs(), Not(HasSubstr("sleep")));
}

} // namespace
} // namespace bgs2::test
