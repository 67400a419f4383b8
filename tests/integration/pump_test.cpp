// SPDX-License-Identifier: Apache-2.0
// Errors of a real connection: only the end of the connection is one.
#include "dbus/pump.h"
#include "dbus/sdbus/sdbus.h"
#include "tests/support/gateway.h"

#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PumpOnABus : public testing::Test {
  protected:
    Gateway gateway_{{}};
    asio::io_context loop_{1};
    std::unique_ptr<sdbus::IConnection> connection_ =
        sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
    std::vector<std::string> logged_;
    std::vector<std::string> lost_;
    dbus::Pump pump_{
        loop_.get_executor(), *connection_,
        [this](const std::string& why) {
            lost_.push_back(why);
            loop_.stop();
        },
        Log([this](LogLevel, std::string_view message, const LogFields&) { logged_.emplace_back(message); },
            LogLevel::debug)};
};

TEST_F(PumpOnABus, AnErrorOfOneMessageIsLoggedOnceAndNotALostConnection) {
    std::optional<sdbus::Error> error;
    try {
        const auto object = bus::make_object(*connection_, "/a");
        auto signal = object->createSignal(bus::InterfaceName("a.b"), bus::SignalName("C"));
        signal << std::string("caf\xe9");
    } catch (const sdbus::Error& e) {
        error = e;
    }
    ASSERT_TRUE(error) << "sd-bus takes invalid UTF-8";
    pump_.failed("emit a signal", *error);
    pump_.failed("emit a signal", *error);
    EXPECT_THAT(lost_, IsEmpty());
    EXPECT_THAT(logged_, ElementsAre(HasSubstr("cannot emit a signal: ")));
    pump_.failed("emit another", *error);
    EXPECT_THAT(logged_, SizeIs(2));
}

TEST_F(PumpOnABus, TheEndOfTheBusIsReportedOnce) {
    loop_.poll();
    gateway_.stop_bus();
    loop_.restart();
    loop_.run_for(20s);
    ASSERT_THAT(lost_, SizeIs(1));
    pump_.failed("emit a signal", bus::make_error("a.b", "c"));
    pump_.arm();
    EXPECT_THAT(lost_, SizeIs(1));
    EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(PumpOnABus, AnErrorOfSendingTellsThatTheBusHasEnded) {
    gateway_.stop_bus();
    const auto object = bus::make_object(*connection_, "/a");
    try {
        for (;;) { // until the connection is found closed
            auto signal = object->createSignal(bus::InterfaceName("a.b"), bus::SignalName("C"));
            signal.send();
        }
    } catch (const sdbus::Error& e) {
        pump_.failed("emit a signal", e);
    }
    EXPECT_THAT(lost_, SizeIs(1));
    EXPECT_THAT(logged_, IsEmpty());
}

} // namespace
} // namespace bgs2::test
