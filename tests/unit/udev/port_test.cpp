// SPDX-License-Identifier: Apache-2.0
#include "udev/port.h"

#include <gtest/gtest.h>

namespace bgs2::udev {
namespace {

TEST(Port, HasNoPropertiesByDefault) {
    const Port port;
    EXPECT_EQ(port.property("ID_PATH"), "");
    EXPECT_EQ(port.property("BGS2D_PORT"), "");
}

TEST(Port, IsUnequalIfAPropertyDiffers) {
    Port before;
    before.syspath = "/sys/devices/ttyUSB0";
    Port after = before;
    EXPECT_EQ(before, after);
    after.properties["BGS2D_PORT"] = "0";
    EXPECT_NE(before, after);
}

} // namespace
} // namespace bgs2::udev
