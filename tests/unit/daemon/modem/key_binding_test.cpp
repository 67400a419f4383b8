// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/key_binding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2 {
namespace {

using testing::HasSubstr;

PortInfo usb_port(const std::string& path) {
    return {.device = "/dev/ttyUSB3", .links = {}, .properties = {{"ID_PATH", path}}};
}

TEST(PlaceOf, IsTheSocketOfAUsbDeviceWhicheverInterfaceResponds) {
    EXPECT_EQ(place_of(usb_port("pci-0000:00:14.0-usb-0:2:1.0")), "pci-0000:00:14.0-usb-0:2");
    EXPECT_EQ(place_of(usb_port("pci-0000:00:14.0-usb-0:2:1.2")),
              place_of(usb_port("pci-0000:00:14.0-usb-0:2:1.0")));
    EXPECT_NE(place_of(usb_port("pci-0000:00:14.0-usb-0:3:1.0")),
              place_of(usb_port("pci-0000:00:14.0-usb-0:2:1.0")));
}

TEST(PlaceOf, IsTheNodeOfAnyOtherPort) {
    EXPECT_EQ(
        place_of({.device = "/dev/ttyS1", .links = {}, .properties = {{"ID_PATH", "platform-serial8250"}}}),
        "/dev/ttyS1");
    EXPECT_EQ(place_of({.device = "/dev/ttyS1", .links = {}, .properties = {}}), "/dev/ttyS1");
}

class MayWriteKey : public testing::Test {
  protected:
    MayWriteKey() { record_.place = "first"; }

    policy::Policy policy_;
    ModemRecord record_;
};

TEST_F(MayWriteKey, OnThePortWhereTheModemWasFirstProvisioned) {
    EXPECT_TRUE(may_write_key(policy_, record_, "first"));
    record_.place.clear();
    EXPECT_TRUE(may_write_key(policy_, record_, "anywhere")) << "the first time";
}

TEST_F(MayWriteKey, OnNoOtherPort) {
    const auto refused = may_write_key(policy_, record_, "second");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_trusted);
    EXPECT_THAT(refused.error().what, testing::AllOf(HasSubstr("first"), HasSubstr("second")));
}

TEST_F(MayWriteKey, OnAPortThatThePolicyNames) {
    policy_.match.port = policy::Patterns{};
    EXPECT_TRUE(may_write_key(policy_, record_, "second"));
    policy_.match.port.reset();
    policy_.match.properties["ID_SERIAL"] = policy::Patterns{};
    EXPECT_TRUE(may_write_key(policy_, record_, "second"));
}

TEST_F(MayWriteKey, OnAnyPortIfThePolicyDoesNotBind) {
    policy_.bind = policy::Bind::none;
    EXPECT_TRUE(may_write_key(policy_, record_, "second"));
}

} // namespace
} // namespace bgs2
