// SPDX-License-Identifier: Apache-2.0
// Jobs on request over the bus.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

std::string error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdbus::Error& e) {
        return e.getName();
    }
    return {};
}

class OnABlankModem : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", "[provision]\nmode = \"manual\"\n" + client_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem", {"--baud", "9600"}); // slow enough for requests in the middle of a frame
        ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    }

    bool ended(const sdbus::ObjectPath& job) {
        return gateway_.eventually([&] { return gateway_.end_of(job).has_value(); });
    }

    std::string step(const sdbus::ObjectPath& job) {
        return bus::make_proxy(*connection_, "io.bgs2d1", job)
            ->getProperty("Step")
            .onInterface("io.bgs2d1.Job")
            .get<std::string>();
    }

    bool is_at(const sdbus::ObjectPath& job, const std::string& wanted) {
        return gateway_.eventually([&] { return step(job) == wanted; });
    }

    Gateway gateway_;
    std::unique_ptr<sdbus::IConnection> connection_ =
        sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
};

TEST_F(OnABlankModem, AJobReportsItsStepsAndBytes) {
    const auto job = gateway_.ask("Provision");
    ASSERT_TRUE(is_at(job, "writing slot 0")) << gateway_.log();
    ASSERT_TRUE(is_at(job, "writing slot 1")) << gateway_.log();
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "");
    const auto proxy = bus::make_proxy(*connection_, "io.bgs2d1", job);
    const auto get = [&](const char* name) { return proxy->getProperty(name).onInterface("io.bgs2d1.Job"); };
    EXPECT_EQ(get("Operation").get<std::string>(), "provision");
    EXPECT_EQ(get("Step").get<std::string>(), "done");
    EXPECT_EQ(get("Progress").get<double>(), 1.0);
    EXPECT_GT(get("BytesTotal").get<std::uint64_t>(), 2000U);
    EXPECT_EQ(get("BytesSent").get<std::uint64_t>(), get("BytesTotal").get<std::uint64_t>());
    EXPECT_EQ(get("Modem").get<sdbus::ObjectPath>(), "/io/bgs2d1/modem/" + std::string(default_imei));
}

TEST_F(OnABlankModem, ASecondJobIsRejectedAsBusyNamingTheFirst) {
    const auto job = gateway_.ask("Provision");
    try {
        gateway_.ask("Refresh");
        FAIL() << "it was accepted";
    } catch (const sdbus::Error& e) {
        EXPECT_EQ(e.getName(), "io.bgs2d1.Error.Busy");
        EXPECT_THAT(e.getMessage(), HasSubstr("job 1 (provision)"));
    }
    EXPECT_TRUE(ended(job));
}

TEST_F(OnABlankModem, ACancelledJobFinishesTheFrameAndReadsTheSlotsBack) {
    const auto job = gateway_.ask("Provision");
    ASSERT_TRUE(is_at(job, "writing slot 0")) << gateway_.log();
    bus::make_proxy(*connection_, "io.bgs2d1", job)->callMethod("Cancel").onInterface("io.bgs2d1.Job");
    ASSERT_TRUE(ended(job));
    EXPECT_THAT(*gateway_.end_of(job), HasSubstr("Cancelled"));
    EXPECT_EQ(gateway_.property("State"), "drifted");
    EXPECT_EQ(gateway_.frames("modem"), 1U) << "the frame that had begun, and no other";
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint()) << "read, not remembered";
}

TEST_F(OnABlankModem, ASingleSlotCanBeWritten) {
    const auto job = gateway_.ask("Provision", {{"slot", std::uint32_t{1}}});
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "");
    EXPECT_EQ(gateway_.thumbprint(0), "");
    EXPECT_EQ(gateway_.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway_.property("State"), "drifted");
}

TEST_F(OnABlankModem, APlanReportsTheStepsAndWritesNothing) {
    std::vector<Gateway::Dictionary> steps;
    gateway_.modem()
        ->callMethod("Plan")
        .onInterface("io.bgs2d1.Modem")
        .withArguments(Gateway::Dictionary{})
        .storeResultsTo(steps);
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[0].at("action").get<std::string>(), "write");
    EXPECT_EQ(steps[0].at("slot").get<std::uint32_t>(), 0U);
    EXPECT_EQ(steps[1].at("reason").get<std::string>(), "slot 1 is empty");
    EXPECT_GT(steps[1].at("bytes").get<std::uint32_t>(), 12U);
    EXPECT_EQ(gateway_.frames("modem"), 0U);
    EXPECT_EQ(gateway_.property("State"), "drifted");
}

TEST_F(OnABlankModem, ARefreshSucceedsAndWritesNothing) {
    const auto job = gateway_.ask("Refresh");
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "");
    EXPECT_EQ(gateway_.frames("modem"), 0U);
}

TEST_F(OnABlankModem, InvalidArgumentsAreRejectedWithASpecificError) {
    const auto provision = [&](const Gateway::Dictionary& options) {
        return error_of([&] { gateway_.ask("Provision", options); });
    };
    EXPECT_EQ(provision({{"slto", std::uint32_t{1}}}), "io.bgs2d1.Error.InvalidArgument");
    EXPECT_EQ(provision({{"slot", std::string("1")}}), "io.bgs2d1.Error.InvalidArgument");
    EXPECT_EQ(provision({{"slot", std::uint32_t{7}}}), "io.bgs2d1.Error.InvalidArgument");
    const auto get_modem = [&](const std::string& imei) {
        return error_of([&] {
            sdbus::ObjectPath path;
            gateway_.manager()
                .callMethod("GetModem")
                .onInterface("io.bgs2d1.Manager")
                .withArguments(imei)
                .storeResultsTo(path);
        });
    };
    EXPECT_EQ(get_modem("000"), "io.bgs2d1.Error.NotFound");
    EXPECT_EQ(get_modem(""), "io.bgs2d1.Error.InvalidArgument");
    EXPECT_EQ(get_modem("809"), "");
}

TEST_F(OnABlankModem, UnpluggingDuringAFrameFailsTheJob) {
    const auto job = gateway_.ask("Provision");
    ASSERT_TRUE(is_at(job, "writing slot 0")) << gateway_.log();
    gateway_.unplug("modem");
    ASSERT_TRUE(ended(job));
    EXPECT_THAT(*gateway_.end_of(job), HasSubstr("DeviceGone"));
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("State").empty(); }));
}

} // namespace
} // namespace bgs2::test
