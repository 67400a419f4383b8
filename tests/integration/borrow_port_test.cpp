// SPDX-License-Identifier: Apache-2.0
// BorrowPort and ReleasePort: a client of the bus has the port, and gives it to bgs2d when bgs2d needs it.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* manager_interface = "io.bgs2d1.Manager";

struct PortWanted {
    std::string device;
    std::string reason;
    std::uint64_t deadline = 0;
};

/// A program with a connection of its own to the bus.
class Client {
  public:
    using Error =
        std::optional<std::string>; ///< the name of the error, "" for success; nothing: no answer yet

    explicit Client(const Gateway& gateway)
      : connection_(sdbus::createSessionBusConnectionWithAddress(gateway.bus_address()))
      , manager_(bus::make_proxy(*connection_, "io.bgs2d1", "/io/bgs2d1")) {
        manager_->uponSignal("PortWanted")
            .onInterface(manager_interface)
            .call([this](const std::string& device, const std::string& reason,
                         const std::uint64_t& deadline) { wanted_.push_back({device, reason, deadline}); });
        manager_->uponSignal("PortReleased")
            .onInterface(manager_interface)
            .call([this](const std::string& device) { released_.push_back(device); });
        bus::finish_registration(*manager_);
    }

    /// The result of BorrowPort or ReleasePort.
    std::shared_ptr<Error> call(const std::string& method, const std::string& device,
                                const Gateway::Dictionary& options = {}) {
        auto result = std::make_shared<Error>();
        manager_->callMethodAsync(method)
            .onInterface(manager_interface)
            .withTimeout(60s)
            .withArguments(device, options)
            .uponReplyInvoke(
                [result](bus::ReplyError error) { *result = error ? std::string(error->getName()) : ""; });
        return result;
    }

    /// The signals so far.
    const std::vector<PortWanted>& wanted() {
        process();
        return wanted_;
    }
    const std::vector<std::string>& released() {
        process();
        return released_;
    }

    void process() {
        while (bus::process_one(*connection_)) {
        }
    }

  private:
    std::vector<PortWanted> wanted_;
    std::vector<std::string> released_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
};

class BorrowPort : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", ca_policy(gateway_));
        gateway_.start();
        watcher_ = std::make_unique<Client>(gateway_);
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        ASSERT_TRUE(gateway_.eventually([&] { return use() == "released"; })) << gateway_.log();
    }

    std::string port_text(const char* key) { return gateway_.port("modem").at(key).get<std::string>(); }
    std::string use() { return port_text("use"); }

    /// The error of the call; nothing: no answer.
    Client::Error ended(Client& client, const std::shared_ptr<Client::Error>& call) {
        gateway_.eventually([&] {
            client.process();
            return call->has_value();
        });
        return *call;
    }

    /// bgs2d has work from now on.
    void renew() { gateway_.write("ca.pem", next_authority().certificate_pem()); }
    bool is_renewed() { return gateway_.thumbprint(1) == next_authority().certificate().fingerprint(); }

    std::size_t commands() {
        const std::string log = gateway_.modem_log("modem");
        std::size_t count = 0;
        for (auto at = log.find("command"); at != std::string::npos; at = log.find("command", at + 1))
            ++count;
        return count;
    }

    Gateway gateway_;
    std::unique_ptr<Client> watcher_;
    std::string device_ = gateway_.path("modem");
};

TEST_F(BorrowPort, IsReportedWhenBgs2dHasReleasedThePort) {
    EXPECT_TRUE(gateway_.eventually([&] { return !watcher_->released().empty(); }));
    EXPECT_THAT(watcher_->released(), Contains(device_));
    EXPECT_THAT(watcher_->wanted(), IsEmpty());
    EXPECT_EQ(port_text("work"), "");
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("PortUse") == "released"; }));
    const auto verified = gateway_.modem()->getProperty("LastVerified").onInterface("io.bgs2d1.Modem");
    EXPECT_NE(verified.get<std::uint64_t>(), 0U);
}

TEST_F(BorrowPort, KeepsBgs2dOffUntilItIsReleased) {
    Client client(gateway_);
    ASSERT_EQ(ended(client, client.call("BorrowPort", device_)), "");
    const std::size_t before = commands();
    renew();
    ASSERT_TRUE(gateway_.eventually([&] { return !client.wanted().empty(); })) << gateway_.log();
    EXPECT_EQ(client.wanted().front().device, device_);
    EXPECT_NE(client.wanted().front().reason, "");
    EXPECT_EQ(client.wanted().front().deadline, 0U) << "no unit is stopped";
    EXPECT_TRUE(gateway_.eventually([&] { return gateway_.property("State") == "waiting"; }))
        << gateway_.log();
    EXPECT_EQ(gateway_.property("ReasonCode"), "port-in-use");
    EXPECT_EQ(use(), "waiting");
    EXPECT_NE(port_text("work"), "");
    EXPECT_NE(gateway_.port("modem").at("waiting-since").get<std::uint64_t>(), 0U);
    EXPECT_EQ(commands(), before) << "not one byte";
    ASSERT_EQ(ended(client, client.call("ReleasePort", device_)), "");
    EXPECT_TRUE(gateway_.eventually([&] { return is_renewed() && use() == "released"; })) << gateway_.log();
}

TEST_F(BorrowPort, ReturnsAgainWhenBgs2dIsDone) {
    Client client(gateway_);
    ASSERT_EQ(ended(client, client.call("BorrowPort", device_)), "");
    renew();
    ASSERT_TRUE(gateway_.eventually([&] { return !client.wanted().empty(); })) << gateway_.log();
    const auto released = client.call("ReleasePort", device_);
    const auto borrowed = client.call("BorrowPort", device_);
    ASSERT_EQ(ended(client, borrowed), "") << gateway_.log();
    EXPECT_EQ(*released, "");
    EXPECT_TRUE(is_renewed()) << "bgs2d was not done";
    EXPECT_NE(use(), "borrowed");
}

TEST_F(BorrowPort, WaitsForTheEndOfTheWorkThatHasBegun) {
    renew();
    ASSERT_TRUE(gateway_.eventually([&] { return use() == "borrowed"; })) << gateway_.log();
    Client client(gateway_);
    ASSERT_EQ(ended(client, client.call("BorrowPort", device_)), "");
    EXPECT_TRUE(is_renewed());
    EXPECT_NE(use(), "borrowed");
}

TEST_F(BorrowPort, EndsWhenTheClientLeavesTheBus) {
    auto client = std::make_unique<Client>(gateway_);
    ASSERT_EQ(ended(*client, client->call("BorrowPort", device_)), "");
    renew();
    ASSERT_TRUE(gateway_.eventually([&] { return !client->wanted().empty(); })) << gateway_.log();
    client.reset();
    EXPECT_TRUE(gateway_.eventually([&] { return is_renewed(); })) << gateway_.log();
}

TEST_F(BorrowPort, IsNotGrantedToAClientThatHasLeft) {
    {
        Client client(gateway_);
        client.call("BorrowPort", device_);
        client.process(); // sends the call
    }
    Client other(gateway_);
    EXPECT_TRUE(gateway_.eventually([&] { return ended(other, other.call("BorrowPort", device_)) == ""; }))
        << gateway_.log();
}

TEST_F(BorrowPort, IsRefusedToASecondClient) {
    Client first(gateway_);
    Client second(gateway_);
    ASSERT_EQ(ended(first, first.call("BorrowPort", device_)), "");
    EXPECT_EQ(ended(second, second.call("BorrowPort", device_)), "io.bgs2d1.Error.Busy");
    EXPECT_EQ(ended(second, second.call("ReleasePort", device_)), "io.bgs2d1.Error.NotFound");
    ASSERT_EQ(ended(first, first.call("ReleasePort", device_)), "");
    EXPECT_EQ(ended(second, second.call("BorrowPort", device_)), "");
}

TEST_F(BorrowPort, IsRefusedForPortsThatBgs2dDoesNotUse) {
    Client client(gateway_);
    EXPECT_EQ(ended(client, client.call("BorrowPort", "/dev/null")), "io.bgs2d1.Error.NotFound");
    EXPECT_EQ(ended(client, client.call("ReleasePort", "/dev/null")), "io.bgs2d1.Error.NotFound");
    EXPECT_EQ(ended(client, client.call("ReleasePort", device_)), "io.bgs2d1.Error.NotFound");
}

TEST_F(BorrowPort, RefusesUnknownOptions) {
    Client client(gateway_);
    const Gateway::Dictionary options{{"deadline", std::uint64_t{5}}};
    EXPECT_EQ(ended(client, client.call("BorrowPort", device_, options)), "io.bgs2d1.Error.InvalidArgument");
    EXPECT_EQ(ended(client, client.call("ReleasePort", device_, options)), "io.bgs2d1.Error.InvalidArgument");
}

} // namespace
} // namespace bgs2::test
